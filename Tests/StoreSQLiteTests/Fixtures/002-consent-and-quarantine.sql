BEGIN TRANSACTION;
CREATE TABLE credential (
    principal TEXT NOT NULL PRIMARY KEY,
    password_hash TEXT NOT NULL,
    change_time INTEGER NOT NULL
) STRICT;
INSERT INTO "credential" VALUES('admin','$scrypt$ln=15,r=8,p=3$c2FsdA$a2V5',1795656929499);
CREATE TABLE event (
    sequence INTEGER NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    time INTEGER NOT NULL,
    principal TEXT NOT NULL,
    source TEXT NOT NULL,
    action TEXT NOT NULL,
    kind TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    operation_id TEXT,
    request_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    resource TEXT
) STRICT;
INSERT INTO "event" VALUES(1,'prj-nv2n7kap3sou',1795656928923,'admin','unix:0','created','operation','op-5un3cxwac3pe',NULL,'0814898d-c242-4150-9c27-49094d318b11','','{"cancelRequested":false,"createTime":1795656928923,"id":"op-5un3cxwac3pe","input":"{\"serverID\":\"srv-fynfw4vmihrz\",\"volumes\":[]}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"0814898d-c242-4150-9c27-49094d318b11","revision":1,"state":"PENDING","stateSince":1795656928923,"steps":[{"message":"","name":"start-server","state":"PENDING"}],"targetIDs":["srv-fynfw4vmihrz"],"type":"CREATE_SERVER","warnings":[]}');
INSERT INTO "event" VALUES(2,'prj-nv2n7kap3sou',1795656928923,'admin','unix:0','created','server','srv-fynfw4vmihrz','op-5un3cxwac3pe','0814898d-c242-4150-9c27-49094d318b11','','{"attachments":[],"desiredState":"RUNNING","exports":[],"header":{"createTime":1795656928923,"deletionProtection":false,"description":"","labels":{},"name":"web-1","operationID":"op-5un3cxwac3pe","projectID":"prj-nv2n7kap3sou","revision":2,"stateSince":1795656928923},"id":"srv-fynfw4vmihrz","serverKind":"EXTERNAL","state":"PROVISIONING"}');
INSERT INTO "event" VALUES(3,'prj-nv2n7kap3sou',1795656928933,'admin','operation','updated','operation','op-5un3cxwac3pe','op-5un3cxwac3pe','0814898d-c242-4150-9c27-49094d318b11','','{"cancelRequested":false,"createTime":1795656928923,"id":"op-5un3cxwac3pe","input":"{\"serverID\":\"srv-fynfw4vmihrz\",\"volumes\":[]}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"0814898d-c242-4150-9c27-49094d318b11","revision":3,"state":"RUNNING","stateSince":1795656928933,"steps":[{"message":"","name":"start-server","state":"STARTED"}],"targetIDs":["srv-fynfw4vmihrz"],"type":"CREATE_SERVER","warnings":[]}');
INSERT INTO "event" VALUES(4,'prj-nv2n7kap3sou',1795656928949,'admin','operation','updated','server','srv-fynfw4vmihrz','op-5un3cxwac3pe','0814898d-c242-4150-9c27-49094d318b11','','{"attachments":[],"desiredState":"RUNNING","exports":[],"header":{"createTime":1795656928923,"deletionProtection":false,"description":"","labels":{},"name":"web-1","projectID":"prj-nv2n7kap3sou","revision":4,"stateSince":1795656928949},"id":"srv-fynfw4vmihrz","serverKind":"EXTERNAL","state":"RUNNING"}');
INSERT INTO "event" VALUES(5,'prj-nv2n7kap3sou',1795656928949,'admin','operation','updated','operation','op-5un3cxwac3pe','op-5un3cxwac3pe','0814898d-c242-4150-9c27-49094d318b11','','{"cancelRequested":false,"createTime":1795656928923,"id":"op-5un3cxwac3pe","input":"{\"serverID\":\"srv-fynfw4vmihrz\",\"volumes\":[]}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"0814898d-c242-4150-9c27-49094d318b11","revision":5,"state":"SUCCEEDED","stateSince":1795656928949,"steps":[{"message":"","name":"start-server","state":"DONE"}],"targetIDs":["srv-fynfw4vmihrz"],"type":"CREATE_SERVER","warnings":[]}');
INSERT INTO "event" VALUES(6,'prj-nv2n7kap3sou',1795656929291,'admin','unix:0','created','operation','op-r6jymi4dolmj',NULL,'f86b47d5-ec73-40a0-b402-36e4fd0bf449','','{"cancelRequested":false,"createTime":1795656929291,"id":"op-r6jymi4dolmj","input":"{\"layerID\":\"lay-7pffpz4qpu4k\",\"serverID\":\"srv-fynfw4vmihrz\",\"volumeID\":\"vol-wab77vhhhgvv\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"f86b47d5-ec73-40a0-b402-36e4fd0bf449","revision":6,"state":"PENDING","stateSince":1795656929291,"steps":[{"message":"","name":"create-layer","state":"PENDING"},{"message":"","name":"attach","state":"PENDING"}],"targetIDs":["vol-wab77vhhhgvv"],"type":"CREATE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(7,'prj-nv2n7kap3sou',1795656929291,'admin','unix:0','created','volume','vol-wab77vhhhgvv','op-r6jymi4dolmj','f86b47d5-ec73-40a0-b402-36e4fd0bf449','','{"header":{"createTime":1795656929291,"deletionProtection":false,"description":"","labels":{"tier":"gold"},"name":"data-1","operationID":"op-r6jymi4dolmj","projectID":"prj-nv2n7kap3sou","revision":7,"stateSince":1795656929291},"id":"vol-wab77vhhhgvv","placement":{"boot":false,"serverID":"srv-fynfw4vmihrz","slot":0},"size":1048576,"snapshotCount":0,"state":"CREATING","topLayerID":"lay-7pffpz4qpu4k","used":0,"writerWasKilled":false}');
INSERT INTO "event" VALUES(8,'prj-nv2n7kap3sou',1795656929291,'admin','unix:0','updated','server','srv-fynfw4vmihrz','op-r6jymi4dolmj','f86b47d5-ec73-40a0-b402-36e4fd0bf449','','{"attachments":[{"boot":false,"slot":0,"volumeID":"vol-wab77vhhhgvv"}],"desiredState":"RUNNING","exports":[],"header":{"createTime":1795656928923,"deletionProtection":false,"description":"","labels":{},"name":"web-1","operationID":"op-r6jymi4dolmj","projectID":"prj-nv2n7kap3sou","revision":8,"stateSince":1795656928949},"id":"srv-fynfw4vmihrz","serverKind":"EXTERNAL","state":"RUNNING"}');
INSERT INTO "event" VALUES(9,'prj-nv2n7kap3sou',1795656929322,'admin','operation','updated','operation','op-r6jymi4dolmj','op-r6jymi4dolmj','f86b47d5-ec73-40a0-b402-36e4fd0bf449','','{"cancelRequested":false,"createTime":1795656929291,"id":"op-r6jymi4dolmj","input":"{\"layerID\":\"lay-7pffpz4qpu4k\",\"serverID\":\"srv-fynfw4vmihrz\",\"volumeID\":\"vol-wab77vhhhgvv\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"f86b47d5-ec73-40a0-b402-36e4fd0bf449","revision":9,"state":"RUNNING","stateSince":1795656929322,"steps":[{"message":"","name":"create-layer","state":"STARTED"},{"message":"","name":"attach","state":"PENDING"}],"targetIDs":["vol-wab77vhhhgvv"],"type":"CREATE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(10,'prj-nv2n7kap3sou',1795656929353,'admin','operation','updated','operation','op-r6jymi4dolmj','op-r6jymi4dolmj','f86b47d5-ec73-40a0-b402-36e4fd0bf449','','{"cancelRequested":false,"createTime":1795656929291,"id":"op-r6jymi4dolmj","input":"{\"layerID\":\"lay-7pffpz4qpu4k\",\"serverID\":\"srv-fynfw4vmihrz\",\"volumeID\":\"vol-wab77vhhhgvv\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"f86b47d5-ec73-40a0-b402-36e4fd0bf449","revision":10,"state":"RUNNING","stateSince":1795656929322,"steps":[{"message":"","name":"create-layer","state":"DONE"},{"message":"","name":"attach","state":"STARTED"}],"targetIDs":["vol-wab77vhhhgvv"],"type":"CREATE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(11,'prj-nv2n7kap3sou',1795656929405,'admin','operation','updated','volume','vol-wab77vhhhgvv','op-r6jymi4dolmj','f86b47d5-ec73-40a0-b402-36e4fd0bf449','','{"header":{"createTime":1795656929291,"deletionProtection":false,"description":"","labels":{"tier":"gold"},"name":"data-1","projectID":"prj-nv2n7kap3sou","revision":11,"stateSince":1795656929405},"id":"vol-wab77vhhhgvv","placement":{"boot":false,"serverID":"srv-fynfw4vmihrz","slot":0},"size":1048576,"snapshotCount":0,"state":"IN_USE","topLayerID":"lay-7pffpz4qpu4k","used":0,"writerWasKilled":false}');
INSERT INTO "event" VALUES(12,'prj-nv2n7kap3sou',1795656929405,'admin','operation','updated','server','srv-fynfw4vmihrz','op-r6jymi4dolmj','f86b47d5-ec73-40a0-b402-36e4fd0bf449','','{"attachments":[{"boot":false,"slot":0,"volumeID":"vol-wab77vhhhgvv"}],"desiredState":"RUNNING","exports":[],"header":{"createTime":1795656928923,"deletionProtection":false,"description":"","labels":{},"name":"web-1","projectID":"prj-nv2n7kap3sou","revision":12,"stateSince":1795656928949},"id":"srv-fynfw4vmihrz","serverKind":"EXTERNAL","state":"RUNNING"}');
INSERT INTO "event" VALUES(13,'prj-nv2n7kap3sou',1795656929405,'admin','operation','updated','operation','op-r6jymi4dolmj','op-r6jymi4dolmj','f86b47d5-ec73-40a0-b402-36e4fd0bf449','','{"cancelRequested":false,"createTime":1795656929291,"id":"op-r6jymi4dolmj","input":"{\"layerID\":\"lay-7pffpz4qpu4k\",\"serverID\":\"srv-fynfw4vmihrz\",\"volumeID\":\"vol-wab77vhhhgvv\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"f86b47d5-ec73-40a0-b402-36e4fd0bf449","revision":13,"state":"SUCCEEDED","stateSince":1795656929405,"steps":[{"message":"","name":"create-layer","state":"DONE"},{"message":"","name":"attach","state":"DONE"}],"targetIDs":["vol-wab77vhhhgvv"],"type":"CREATE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(14,'prj-nv2n7kap3sou',1795656929819,'admin','unix:0','created','operation','op-c7zmky6y5h6m',NULL,'787ddcd4-0696-427d-8b97-a8283620dbd4','','{"cancelRequested":false,"createTime":1795656929819,"id":"op-c7zmky6y5h6m","input":"{\"layerID\":\"lay-xar4hti3sn7u\",\"volumeID\":\"vol-j75l65zwia3p\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"787ddcd4-0696-427d-8b97-a8283620dbd4","revision":14,"state":"PENDING","stateSince":1795656929819,"steps":[{"message":"","name":"create-layer","state":"PENDING"}],"targetIDs":["vol-j75l65zwia3p"],"type":"CREATE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(15,'prj-nv2n7kap3sou',1795656929819,'admin','unix:0','created','volume','vol-j75l65zwia3p','op-c7zmky6y5h6m','787ddcd4-0696-427d-8b97-a8283620dbd4','','{"header":{"createTime":1795656929819,"deletionProtection":false,"description":"","labels":{},"name":"spare","operationID":"op-c7zmky6y5h6m","projectID":"prj-nv2n7kap3sou","revision":15,"stateSince":1795656929819},"id":"vol-j75l65zwia3p","size":1048576,"snapshotCount":0,"state":"CREATING","topLayerID":"lay-xar4hti3sn7u","used":0,"writerWasKilled":false}');
INSERT INTO "event" VALUES(16,'prj-nv2n7kap3sou',1795656929830,'admin','operation','updated','operation','op-c7zmky6y5h6m','op-c7zmky6y5h6m','787ddcd4-0696-427d-8b97-a8283620dbd4','','{"cancelRequested":false,"createTime":1795656929819,"id":"op-c7zmky6y5h6m","input":"{\"layerID\":\"lay-xar4hti3sn7u\",\"volumeID\":\"vol-j75l65zwia3p\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"787ddcd4-0696-427d-8b97-a8283620dbd4","revision":16,"state":"RUNNING","stateSince":1795656929830,"steps":[{"message":"","name":"create-layer","state":"STARTED"}],"targetIDs":["vol-j75l65zwia3p"],"type":"CREATE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(17,'prj-nv2n7kap3sou',1795656929857,'admin','operation','updated','volume','vol-j75l65zwia3p','op-c7zmky6y5h6m','787ddcd4-0696-427d-8b97-a8283620dbd4','','{"header":{"createTime":1795656929819,"deletionProtection":false,"description":"","labels":{},"name":"spare","projectID":"prj-nv2n7kap3sou","revision":17,"stateSince":1795656929857},"id":"vol-j75l65zwia3p","size":1048576,"snapshotCount":0,"state":"AVAILABLE","topLayerID":"lay-xar4hti3sn7u","used":0,"writerWasKilled":false}');
INSERT INTO "event" VALUES(18,'prj-nv2n7kap3sou',1795656929857,'admin','operation','updated','operation','op-c7zmky6y5h6m','op-c7zmky6y5h6m','787ddcd4-0696-427d-8b97-a8283620dbd4','','{"cancelRequested":false,"createTime":1795656929819,"id":"op-c7zmky6y5h6m","input":"{\"layerID\":\"lay-xar4hti3sn7u\",\"volumeID\":\"vol-j75l65zwia3p\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"787ddcd4-0696-427d-8b97-a8283620dbd4","revision":18,"state":"SUCCEEDED","stateSince":1795656929857,"steps":[{"message":"","name":"create-layer","state":"DONE"}],"targetIDs":["vol-j75l65zwia3p"],"type":"CREATE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(19,'prj-nv2n7kap3sou',1795656930717,'admin','unix:0','created','operation','op-ayczpctubtn6',NULL,'28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"cancelRequested":false,"createTime":1795656930717,"id":"op-ayczpctubtn6","input":"{\"parts\":[{\"frozen\":\"lay-7pffpz4qpu4k\",\"overlay\":{\"id\":\"lay-7ugpjeywmpzm\",\"size\":1048576},\"snapshotID\":\"vsnap-54gxgfukldni\",\"volumeID\":\"vol-wab77vhhhgvv\"}],\"serverID\":\"srv-fynfw4vmihrz\",\"serverSnapshotID\":\"ssnap-ql6d2pkzcxbr\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"28a849ad-66d6-4d6a-b2c3-6042a86f9f9c","revision":19,"state":"PENDING","stateSince":1795656930717,"steps":[{"message":"","name":"prepare-overlays","state":"PENDING"},{"message":"","name":"cut","state":"PENDING"}],"targetIDs":["ssnap-ql6d2pkzcxbr"],"type":"CREATE_SNAPSHOT","warnings":[{"message":"taken of attached volumes: what their writers have not flushed may be missing or torn; the snapshot shows what a power cut would have left (CRASH)","reason":"DATA_IN_FLIGHT"}]}');
INSERT INTO "event" VALUES(20,'prj-nv2n7kap3sou',1795656930717,'admin','unix:0','created','server-snapshot','ssnap-ql6d2pkzcxbr','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"consistency":"CRASH","header":{"createTime":1795656930717,"deletionProtection":false,"description":"","labels":{},"name":"ss1","operationID":"op-ayczpctubtn6","projectID":"prj-nv2n7kap3sou","revision":20,"stateSince":1795656930717},"id":"ssnap-ql6d2pkzcxbr","members":[],"serverID":"srv-fynfw4vmihrz","serverKind":"EXTERNAL","serverName":"web-1","state":"CREATING"}');
INSERT INTO "event" VALUES(21,'prj-nv2n7kap3sou',1795656930717,'admin','unix:0','updated','server','srv-fynfw4vmihrz','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"attachments":[{"boot":false,"slot":0,"volumeID":"vol-wab77vhhhgvv"}],"desiredState":"RUNNING","exports":[],"header":{"createTime":1795656928923,"deletionProtection":false,"description":"","labels":{},"name":"web-1","operationID":"op-ayczpctubtn6","projectID":"prj-nv2n7kap3sou","revision":21,"stateSince":1795656928949},"id":"srv-fynfw4vmihrz","serverKind":"EXTERNAL","state":"RUNNING"}');
INSERT INTO "event" VALUES(22,'prj-nv2n7kap3sou',1795656930717,'admin','unix:0','created','snapshot','vsnap-54gxgfukldni','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"consistency":"CRASH","exclusive":0,"header":{"createTime":1795656930717,"deletionProtection":false,"description":"","labels":{},"name":"snapshot for ss1","operationID":"op-ayczpctubtn6","projectID":"prj-nv2n7kap3sou","revision":22,"stateSince":1795656930717},"id":"vsnap-54gxgfukldni","layerID":"lay-7pffpz4qpu4k","serverSnapshotID":"ssnap-ql6d2pkzcxbr","serverSnapshotName":"","size":1048576,"slot":0,"state":"CREATING","volumeID":"vol-wab77vhhhgvv","volumeName":"data-1"}');
INSERT INTO "event" VALUES(23,'prj-nv2n7kap3sou',1795656930717,'admin','unix:0','updated','volume','vol-wab77vhhhgvv','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"header":{"createTime":1795656929291,"deletionProtection":false,"description":"","labels":{"tier":"gold"},"name":"data-1","operationID":"op-ayczpctubtn6","projectID":"prj-nv2n7kap3sou","revision":23,"stateSince":1795656929405},"id":"vol-wab77vhhhgvv","placement":{"boot":false,"serverID":"srv-fynfw4vmihrz","slot":0},"size":1048576,"snapshotCount":0,"state":"IN_USE","topLayerID":"lay-7pffpz4qpu4k","used":0,"writerWasKilled":false}');
INSERT INTO "event" VALUES(24,'prj-nv2n7kap3sou',1795656930870,'admin','operation','updated','operation','op-ayczpctubtn6','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"cancelRequested":false,"createTime":1795656930717,"id":"op-ayczpctubtn6","input":"{\"parts\":[{\"frozen\":\"lay-7pffpz4qpu4k\",\"overlay\":{\"id\":\"lay-7ugpjeywmpzm\",\"size\":1048576},\"snapshotID\":\"vsnap-54gxgfukldni\",\"volumeID\":\"vol-wab77vhhhgvv\"}],\"serverID\":\"srv-fynfw4vmihrz\",\"serverSnapshotID\":\"ssnap-ql6d2pkzcxbr\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"28a849ad-66d6-4d6a-b2c3-6042a86f9f9c","revision":24,"state":"RUNNING","stateSince":1795656930870,"steps":[{"message":"","name":"prepare-overlays","state":"STARTED"},{"message":"","name":"cut","state":"PENDING"}],"targetIDs":["ssnap-ql6d2pkzcxbr"],"type":"CREATE_SNAPSHOT","warnings":[{"message":"taken of attached volumes: what their writers have not flushed may be missing or torn; the snapshot shows what a power cut would have left (CRASH)","reason":"DATA_IN_FLIGHT"}]}');
INSERT INTO "event" VALUES(25,'prj-nv2n7kap3sou',1795656930909,'admin','operation','updated','snapshot','vsnap-54gxgfukldni','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"consistency":"CRASH","cutTime":1795656930909,"exclusive":0,"header":{"createTime":1795656930717,"deletionProtection":false,"description":"","labels":{},"name":"snapshot for ss1","operationID":"op-ayczpctubtn6","projectID":"prj-nv2n7kap3sou","revision":25,"stateSince":1795656930717},"id":"vsnap-54gxgfukldni","layerID":"lay-7pffpz4qpu4k","serverSnapshotID":"ssnap-ql6d2pkzcxbr","serverSnapshotName":"ss1","size":1048576,"slot":0,"state":"CREATING","volumeID":"vol-wab77vhhhgvv","volumeName":"data-1"}');
INSERT INTO "event" VALUES(26,'prj-nv2n7kap3sou',1795656930909,'admin','operation','updated','operation','op-ayczpctubtn6','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"cancelRequested":false,"createTime":1795656930717,"id":"op-ayczpctubtn6","input":"{\"parts\":[{\"frozen\":\"lay-7pffpz4qpu4k\",\"overlay\":{\"id\":\"lay-7ugpjeywmpzm\",\"size\":1048576},\"snapshotID\":\"vsnap-54gxgfukldni\",\"volumeID\":\"vol-wab77vhhhgvv\"}],\"serverID\":\"srv-fynfw4vmihrz\",\"serverSnapshotID\":\"ssnap-ql6d2pkzcxbr\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"28a849ad-66d6-4d6a-b2c3-6042a86f9f9c","revision":26,"state":"RUNNING","stateSince":1795656930870,"steps":[{"message":"","name":"prepare-overlays","state":"DONE"},{"message":"","name":"cut","state":"STARTED"}],"targetIDs":["ssnap-ql6d2pkzcxbr"],"type":"CREATE_SNAPSHOT","warnings":[{"message":"taken of attached volumes: what their writers have not flushed may be missing or torn; the snapshot shows what a power cut would have left (CRASH)","reason":"DATA_IN_FLIGHT"}]}');
INSERT INTO "event" VALUES(27,'prj-nv2n7kap3sou',1795656930948,'admin','operation','updated','volume','vol-wab77vhhhgvv','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"header":{"createTime":1795656929291,"deletionProtection":false,"description":"","labels":{"tier":"gold"},"name":"data-1","projectID":"prj-nv2n7kap3sou","revision":27,"stateSince":1795656929405},"id":"vol-wab77vhhhgvv","placement":{"boot":false,"serverID":"srv-fynfw4vmihrz","slot":0},"size":1048576,"snapshotCount":1,"state":"IN_USE","topLayerID":"lay-7ugpjeywmpzm","used":0,"writerWasKilled":false}');
INSERT INTO "event" VALUES(28,'prj-nv2n7kap3sou',1795656930948,'admin','operation','updated','snapshot','vsnap-54gxgfukldni','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"consistency":"CRASH","cutTime":1795656930909,"exclusive":0,"header":{"createTime":1795656930717,"deletionProtection":false,"description":"","labels":{},"name":"snapshot for ss1","projectID":"prj-nv2n7kap3sou","revision":28,"stateSince":1795656930948},"id":"vsnap-54gxgfukldni","layerID":"lay-7pffpz4qpu4k","serverSnapshotID":"ssnap-ql6d2pkzcxbr","serverSnapshotName":"ss1","size":1048576,"slot":0,"state":"AVAILABLE","volumeID":"vol-wab77vhhhgvv","volumeName":"data-1"}');
INSERT INTO "event" VALUES(29,'prj-nv2n7kap3sou',1795656930948,'admin','operation','updated','server-snapshot','ssnap-ql6d2pkzcxbr','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"consistency":"CRASH","cutTime":1795656930909,"header":{"createTime":1795656930717,"deletionProtection":false,"description":"","labels":{},"name":"ss1","projectID":"prj-nv2n7kap3sou","revision":29,"stateSince":1795656930948},"id":"ssnap-ql6d2pkzcxbr","members":[{"slot":0,"snapshotID":"vsnap-54gxgfukldni"}],"serverID":"srv-fynfw4vmihrz","serverKind":"EXTERNAL","serverName":"web-1","state":"AVAILABLE"}');
INSERT INTO "event" VALUES(30,'prj-nv2n7kap3sou',1795656930948,'admin','operation','updated','server','srv-fynfw4vmihrz','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"attachments":[{"boot":false,"slot":0,"volumeID":"vol-wab77vhhhgvv"}],"desiredState":"RUNNING","exports":[],"header":{"createTime":1795656928923,"deletionProtection":false,"description":"","labels":{},"name":"web-1","projectID":"prj-nv2n7kap3sou","revision":30,"stateSince":1795656928949},"id":"srv-fynfw4vmihrz","serverKind":"EXTERNAL","state":"RUNNING"}');
INSERT INTO "event" VALUES(31,'prj-nv2n7kap3sou',1795656930948,'admin','operation','updated','operation','op-ayczpctubtn6','op-ayczpctubtn6','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','','{"cancelRequested":false,"createTime":1795656930717,"id":"op-ayczpctubtn6","input":"{\"parts\":[{\"frozen\":\"lay-7pffpz4qpu4k\",\"overlay\":{\"id\":\"lay-7ugpjeywmpzm\",\"size\":1048576},\"snapshotID\":\"vsnap-54gxgfukldni\",\"volumeID\":\"vol-wab77vhhhgvv\"}],\"serverID\":\"srv-fynfw4vmihrz\",\"serverSnapshotID\":\"ssnap-ql6d2pkzcxbr\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"28a849ad-66d6-4d6a-b2c3-6042a86f9f9c","revision":31,"state":"SUCCEEDED","stateSince":1795656930948,"steps":[{"message":"","name":"prepare-overlays","state":"DONE"},{"message":"","name":"cut","state":"DONE"}],"targetIDs":["ssnap-ql6d2pkzcxbr"],"type":"CREATE_SNAPSHOT","warnings":[{"message":"taken of attached volumes: what their writers have not flushed may be missing or torn; the snapshot shows what a power cut would have left (CRASH)","reason":"DATA_IN_FLIGHT"}]}');
INSERT INTO "event" VALUES(32,'prj-nv2n7kap3sou',1795656931575,'admin','unix:0','created','operation','op-5tpq5bljbnfa',NULL,'4dd22249-82b9-4db2-825f-1fd9dd04a5ac','','{"cancelRequested":false,"createTime":1795656931575,"id":"op-5tpq5bljbnfa","input":"{\"layerID\":\"lay-agwfu4ob7z5c\",\"volumeID\":\"vol-xyehs7grassy\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"4dd22249-82b9-4db2-825f-1fd9dd04a5ac","revision":32,"state":"PENDING","stateSince":1795656931575,"steps":[{"message":"","name":"create-layer","state":"PENDING"}],"targetIDs":["vol-xyehs7grassy"],"type":"CREATE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(33,'prj-nv2n7kap3sou',1795656931575,'admin','unix:0','created','volume','vol-xyehs7grassy','op-5tpq5bljbnfa','4dd22249-82b9-4db2-825f-1fd9dd04a5ac','','{"header":{"createTime":1795656931575,"deletionProtection":false,"description":"","labels":{},"name":"gone","operationID":"op-5tpq5bljbnfa","projectID":"prj-nv2n7kap3sou","revision":33,"stateSince":1795656931575},"id":"vol-xyehs7grassy","size":1048576,"snapshotCount":0,"state":"CREATING","topLayerID":"lay-agwfu4ob7z5c","used":0,"writerWasKilled":false}');
INSERT INTO "event" VALUES(34,'prj-nv2n7kap3sou',1795656931589,'admin','operation','updated','operation','op-5tpq5bljbnfa','op-5tpq5bljbnfa','4dd22249-82b9-4db2-825f-1fd9dd04a5ac','','{"cancelRequested":false,"createTime":1795656931575,"id":"op-5tpq5bljbnfa","input":"{\"layerID\":\"lay-agwfu4ob7z5c\",\"volumeID\":\"vol-xyehs7grassy\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"4dd22249-82b9-4db2-825f-1fd9dd04a5ac","revision":34,"state":"RUNNING","stateSince":1795656931589,"steps":[{"message":"","name":"create-layer","state":"STARTED"}],"targetIDs":["vol-xyehs7grassy"],"type":"CREATE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(35,'prj-nv2n7kap3sou',1795656931605,'admin','operation','updated','volume','vol-xyehs7grassy','op-5tpq5bljbnfa','4dd22249-82b9-4db2-825f-1fd9dd04a5ac','','{"header":{"createTime":1795656931575,"deletionProtection":false,"description":"","labels":{},"name":"gone","projectID":"prj-nv2n7kap3sou","revision":35,"stateSince":1795656931605},"id":"vol-xyehs7grassy","size":1048576,"snapshotCount":0,"state":"AVAILABLE","topLayerID":"lay-agwfu4ob7z5c","used":0,"writerWasKilled":false}');
INSERT INTO "event" VALUES(36,'prj-nv2n7kap3sou',1795656931605,'admin','operation','updated','operation','op-5tpq5bljbnfa','op-5tpq5bljbnfa','4dd22249-82b9-4db2-825f-1fd9dd04a5ac','','{"cancelRequested":false,"createTime":1795656931575,"id":"op-5tpq5bljbnfa","input":"{\"layerID\":\"lay-agwfu4ob7z5c\",\"volumeID\":\"vol-xyehs7grassy\"}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"4dd22249-82b9-4db2-825f-1fd9dd04a5ac","revision":36,"state":"SUCCEEDED","stateSince":1795656931605,"steps":[{"message":"","name":"create-layer","state":"DONE"}],"targetIDs":["vol-xyehs7grassy"],"type":"CREATE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(37,'prj-nv2n7kap3sou',1795656931890,'admin','unix:0','created','operation','op-bg4xpvimyfol',NULL,'c77829d8-469d-496a-9784-cec8eb10d851','','{"cancelRequested":false,"createTime":1795656931890,"id":"op-bg4xpvimyfol","input":"{\"part\":{\"volume\":{\"_0\":\"vol-xyehs7grassy\",\"_1\":{\"ids\":[\"lay-agwfu4ob7z5c\"]}}}}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"c77829d8-469d-496a-9784-cec8eb10d851","revision":37,"standingConsent":{"allows":"DELETE_VOLUME vol-xyehs7grassy","principal":"admin","source":"unix:0","time":1795656931890},"state":"PENDING","stateSince":1795656931890,"steps":[{"message":"","name":"delete-data","state":"PENDING"}],"targetIDs":["vol-xyehs7grassy"],"type":"DELETE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(38,'prj-nv2n7kap3sou',1795656931890,'admin','operation','updated','volume','vol-xyehs7grassy','op-bg4xpvimyfol','c77829d8-469d-496a-9784-cec8eb10d851','','{"header":{"createTime":1795656931575,"deletionProtection":false,"description":"","labels":{},"name":"gone","operationID":"op-bg4xpvimyfol","projectID":"prj-nv2n7kap3sou","revision":38,"stateSince":1795656931890},"id":"vol-xyehs7grassy","size":1048576,"snapshotCount":0,"state":"DELETING","topLayerID":"lay-agwfu4ob7z5c","used":0,"writerWasKilled":false}');
INSERT INTO "event" VALUES(39,'prj-nv2n7kap3sou',1795656931912,'admin','operation','updated','operation','op-bg4xpvimyfol','op-bg4xpvimyfol','c77829d8-469d-496a-9784-cec8eb10d851','','{"cancelRequested":false,"createTime":1795656931890,"id":"op-bg4xpvimyfol","input":"{\"part\":{\"volume\":{\"_0\":\"vol-xyehs7grassy\",\"_1\":{\"ids\":[\"lay-agwfu4ob7z5c\"]}}}}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"c77829d8-469d-496a-9784-cec8eb10d851","revision":39,"standingConsent":{"allows":"DELETE_VOLUME vol-xyehs7grassy","principal":"admin","source":"unix:0","time":1795656931890},"state":"RUNNING","stateSince":1795656931912,"steps":[{"message":"","name":"delete-data","state":"STARTED"}],"targetIDs":["vol-xyehs7grassy"],"type":"DELETE_VOLUME","warnings":[]}');
INSERT INTO "event" VALUES(40,'prj-nv2n7kap3sou',1795656931916,'admin','operation','deleted','volume','vol-xyehs7grassy','op-bg4xpvimyfol','c77829d8-469d-496a-9784-cec8eb10d851','',NULL);
INSERT INTO "event" VALUES(41,'prj-nv2n7kap3sou',1795656931916,'admin','operation','updated','operation','op-bg4xpvimyfol','op-bg4xpvimyfol','c77829d8-469d-496a-9784-cec8eb10d851','','{"cancelRequested":false,"createTime":1795656931890,"id":"op-bg4xpvimyfol","input":"{\"part\":{\"volume\":{\"_0\":\"vol-xyehs7grassy\",\"_1\":{\"ids\":[\"lay-agwfu4ob7z5c\"]}}}}","principal":"admin","projectID":"prj-nv2n7kap3sou","requestID":"c77829d8-469d-496a-9784-cec8eb10d851","revision":41,"standingConsent":{"allows":"DELETE_VOLUME vol-xyehs7grassy","principal":"admin","source":"unix:0","time":1795656931890},"state":"SUCCEEDED","stateSince":1795656931916,"steps":[{"message":"","name":"delete-data","state":"DONE"}],"targetIDs":["vol-xyehs7grassy"],"type":"DELETE_VOLUME","warnings":[]}');
CREATE TABLE layer (
    id TEXT NOT NULL PRIMARY KEY,
    parent_id TEXT REFERENCES layer(id),
    size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
    depth INTEGER NOT NULL CHECK (depth >= 0),
    state TEXT NOT NULL CHECK (state IN ('PREPARED', 'POSSIBLY_ACTIVE', 'ACTIVE', 'FROZEN', 'DELETING')),
    CHECK ((parent_id IS NULL) = (depth = 0))
) STRICT;
INSERT INTO "layer" VALUES('lay-7pffpz4qpu4k',NULL,1048576,0,'FROZEN');
INSERT INTO "layer" VALUES('lay-xar4hti3sn7u',NULL,1048576,0,'ACTIVE');
INSERT INTO "layer" VALUES('lay-7ugpjeywmpzm','lay-7pffpz4qpu4k',1048576,1,'ACTIVE');
CREATE TABLE operation (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project(id),
    type TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'STUCK')),
    state_since INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    steps TEXT NOT NULL CHECK (json_valid(steps)),
    target_ids TEXT NOT NULL CHECK (json_valid(target_ids)),
    request_id TEXT NOT NULL,
    principal TEXT NOT NULL,
    input TEXT NOT NULL,
    problem TEXT CHECK (problem IS NULL OR json_valid(problem)),
    cancel_requested INTEGER NOT NULL CHECK (cancel_requested IN (0, 1)),
    revision INTEGER NOT NULL,
    warnings TEXT NOT NULL CHECK (json_valid(warnings))
, standing_consent TEXT) STRICT;
INSERT INTO "operation" VALUES('op-5un3cxwac3pe','prj-nv2n7kap3sou','CREATE_SERVER','SUCCEEDED',1795656928949,1795656928923,'[{"message":"","name":"start-server","state":"DONE"}]','["srv-fynfw4vmihrz"]','0814898d-c242-4150-9c27-49094d318b11','admin','{"serverID":"srv-fynfw4vmihrz","volumes":[]}',NULL,0,5,'[]',NULL);
INSERT INTO "operation" VALUES('op-r6jymi4dolmj','prj-nv2n7kap3sou','CREATE_VOLUME','SUCCEEDED',1795656929405,1795656929291,'[{"message":"","name":"create-layer","state":"DONE"},{"message":"","name":"attach","state":"DONE"}]','["vol-wab77vhhhgvv"]','f86b47d5-ec73-40a0-b402-36e4fd0bf449','admin','{"layerID":"lay-7pffpz4qpu4k","serverID":"srv-fynfw4vmihrz","volumeID":"vol-wab77vhhhgvv"}',NULL,0,13,'[]',NULL);
INSERT INTO "operation" VALUES('op-c7zmky6y5h6m','prj-nv2n7kap3sou','CREATE_VOLUME','SUCCEEDED',1795656929857,1795656929819,'[{"message":"","name":"create-layer","state":"DONE"}]','["vol-j75l65zwia3p"]','787ddcd4-0696-427d-8b97-a8283620dbd4','admin','{"layerID":"lay-xar4hti3sn7u","volumeID":"vol-j75l65zwia3p"}',NULL,0,18,'[]',NULL);
INSERT INTO "operation" VALUES('op-ayczpctubtn6','prj-nv2n7kap3sou','CREATE_SNAPSHOT','SUCCEEDED',1795656930948,1795656930717,'[{"message":"","name":"prepare-overlays","state":"DONE"},{"message":"","name":"cut","state":"DONE"}]','["ssnap-ql6d2pkzcxbr"]','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','admin','{"parts":[{"frozen":"lay-7pffpz4qpu4k","overlay":{"id":"lay-7ugpjeywmpzm","size":1048576},"snapshotID":"vsnap-54gxgfukldni","volumeID":"vol-wab77vhhhgvv"}],"serverID":"srv-fynfw4vmihrz","serverSnapshotID":"ssnap-ql6d2pkzcxbr"}',NULL,0,31,'[{"message":"taken of attached volumes: what their writers have not flushed may be missing or torn; the snapshot shows what a power cut would have left (CRASH)","reason":"DATA_IN_FLIGHT"}]',NULL);
INSERT INTO "operation" VALUES('op-5tpq5bljbnfa','prj-nv2n7kap3sou','CREATE_VOLUME','SUCCEEDED',1795656931605,1795656931575,'[{"message":"","name":"create-layer","state":"DONE"}]','["vol-xyehs7grassy"]','4dd22249-82b9-4db2-825f-1fd9dd04a5ac','admin','{"layerID":"lay-agwfu4ob7z5c","volumeID":"vol-xyehs7grassy"}',NULL,0,36,'[]',NULL);
INSERT INTO "operation" VALUES('op-bg4xpvimyfol','prj-nv2n7kap3sou','DELETE_VOLUME','SUCCEEDED',1795656931916,1795656931890,'[{"message":"","name":"delete-data","state":"DONE"}]','["vol-xyehs7grassy"]','c77829d8-469d-496a-9784-cec8eb10d851','admin','{"part":{"volume":{"_0":"vol-xyehs7grassy","_1":{"ids":["lay-agwfu4ob7z5c"]}}}}',NULL,0,41,'[]','{"allows":"DELETE_VOLUME vol-xyehs7grassy","principal":"admin","source":"unix:0","time":1795656931890}');
CREATE TABLE project (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO "project" VALUES('prj-nv2n7kap3sou','default');
CREATE TABLE quarantine (
    layer_id TEXT NOT NULL PRIMARY KEY REFERENCES layer(id),
    reason TEXT NOT NULL,
    origin_kind TEXT NOT NULL,
    origin_id TEXT NOT NULL,
    origin_name TEXT NOT NULL,
    principal TEXT NOT NULL,
    time INTEGER NOT NULL
) STRICT;
CREATE TABLE request (
    principal TEXT NOT NULL,
    project_id TEXT NOT NULL,
    method TEXT NOT NULL,
    request_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    target_id TEXT NOT NULL,
    operation_id TEXT REFERENCES operation(id),
    warnings TEXT NOT NULL CHECK (json_valid(warnings)),
    time INTEGER NOT NULL, parts TEXT,
    PRIMARY KEY (principal, project_id, method, request_id)
) STRICT;
INSERT INTO "request" VALUES('admin','prj-nv2n7kap3sou','holdpoint.v1.ServerService/CreateServer','0814898d-c242-4150-9c27-49094d318b11','fbd49f76ab46f0e6a942f2013536b6d9cd58457757331e4743257146d818e9f9','srv-fynfw4vmihrz','op-5un3cxwac3pe','[]',1795656928923,NULL);
INSERT INTO "request" VALUES('admin','prj-nv2n7kap3sou','holdpoint.v1.VolumeService/CreateVolume','f86b47d5-ec73-40a0-b402-36e4fd0bf449','bb2a7ec1985740868b58384d6005f27c6e8d7751f03a96949acf25ec89c3abb6','vol-wab77vhhhgvv','op-r6jymi4dolmj','[]',1795656929291,NULL);
INSERT INTO "request" VALUES('admin','prj-nv2n7kap3sou','holdpoint.v1.VolumeService/CreateVolume','787ddcd4-0696-427d-8b97-a8283620dbd4','c683102a6f14405e1926c031bb8107c321943154a614d69ef16c33d15f5db762','vol-j75l65zwia3p','op-c7zmky6y5h6m','[]',1795656929819,NULL);
INSERT INTO "request" VALUES('admin','prj-nv2n7kap3sou','holdpoint.v1.ServerSnapshotService/CreateServerSnapshot','28a849ad-66d6-4d6a-b2c3-6042a86f9f9c','b372d774d6a48a99d66a3d31e5aaed6a3b4142746ccc380e82476b9870f230e4','ssnap-ql6d2pkzcxbr','op-ayczpctubtn6','[{"message":"taken of attached volumes: what their writers have not flushed may be missing or torn; the snapshot shows what a power cut would have left (CRASH)","reason":"DATA_IN_FLIGHT"}]',1795656930717,NULL);
INSERT INTO "request" VALUES('admin','prj-nv2n7kap3sou','holdpoint.v1.VolumeService/CreateVolume','4dd22249-82b9-4db2-825f-1fd9dd04a5ac','badf2064a2fb4d5779998e264feba38c0e25455f90feb4fd067707db5b038436','vol-xyehs7grassy','op-5tpq5bljbnfa','[]',1795656931575,NULL);
INSERT INTO "request" VALUES('admin','prj-nv2n7kap3sou','holdpoint.v1.VolumeService/DeleteVolume','c77829d8-469d-496a-9784-cec8eb10d851','65c60006c6c80c8d771f9d5d13b9e4776f0d136eb1e59f6e06ebc56e9cb3c08a','vol-xyehs7grassy','op-bg4xpvimyfol','[]',1795656931890,NULL);
CREATE TABLE schema_migration (
    position INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO "schema_migration" VALUES(0,'001-first');
INSERT INTO "schema_migration" VALUES(1,'002-consent-and-quarantine');
CREATE TABLE server (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project(id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    labels TEXT NOT NULL CHECK (json_valid(labels)),
    deletion_protection INTEGER NOT NULL CHECK (deletion_protection IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('PROVISIONING', 'RUNNING', 'STOPPING', 'STOPPED', 'STARTING', 'REBOOTING', 'DELETING', 'ERROR', 'ERROR_DELETING')),
    state_since INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
    operation_id TEXT REFERENCES operation(id),
    kind TEXT NOT NULL CHECK (kind IN ('VM', 'EXTERNAL')),
desired_state TEXT NOT NULL CHECK (desired_state IN ('RUNNING', 'STOPPED')),
CHECK (operation_id IS NOT NULL
    OR state NOT IN ('PROVISIONING', 'STOPPING', 'STARTING', 'REBOOTING', 'DELETING'))
) STRICT;
INSERT INTO "server" VALUES('srv-fynfw4vmihrz','prj-nv2n7kap3sou','web-1','','{}',0,'RUNNING',1795656928949,1795656928923,30,NULL,NULL,'EXTERNAL','RUNNING');
CREATE TABLE server_snapshot (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project(id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    labels TEXT NOT NULL CHECK (json_valid(labels)),
    deletion_protection INTEGER NOT NULL CHECK (deletion_protection IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('CREATING', 'AVAILABLE', 'DELETING', 'ERROR', 'ERROR_DELETING')),
    state_since INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
    operation_id TEXT REFERENCES operation(id),
    server_id TEXT NOT NULL,
server_name TEXT NOT NULL,
server_kind TEXT NOT NULL CHECK (server_kind IN ('VM', 'EXTERNAL')),
consistency TEXT NOT NULL CHECK (consistency IN ('CRASH', 'QUIESCED', 'OFFLINE')),
cut_time INTEGER,
CHECK (state <> 'AVAILABLE' OR cut_time IS NOT NULL),
CHECK (operation_id IS NOT NULL OR state NOT IN ('CREATING', 'DELETING'))
) STRICT;
INSERT INTO "server_snapshot" VALUES('ssnap-ql6d2pkzcxbr','prj-nv2n7kap3sou','ss1','','{}',0,'AVAILABLE',1795656930948,1795656930717,29,NULL,NULL,'srv-fynfw4vmihrz','web-1','EXTERNAL','CRASH',1795656930909);
CREATE TABLE volume (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project(id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    labels TEXT NOT NULL CHECK (json_valid(labels)),
    deletion_protection INTEGER NOT NULL CHECK (deletion_protection IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('CREATING', 'AVAILABLE', 'ATTACHING', 'IN_USE', 'DETACHING', 'RESIZING', 'REVERTING', 'DELETING', 'ERROR', 'ERROR_DELETING')),
    state_since INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
    operation_id TEXT REFERENCES operation(id),
    size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
server_id TEXT REFERENCES server(id),
slot INTEGER CHECK (slot BETWEEN 0 AND 63),
boot INTEGER NOT NULL CHECK (boot IN (0, 1)),
source_snapshot_id TEXT,
top_layer_id TEXT NOT NULL UNIQUE REFERENCES layer(id),
writer_was_killed INTEGER NOT NULL CHECK (writer_was_killed IN (0, 1)),
UNIQUE (server_id, slot),
CHECK ((server_id IS NULL) = (slot IS NULL)),
CHECK (state <> 'IN_USE' OR server_id IS NOT NULL),
CHECK (operation_id IS NOT NULL
    OR state NOT IN ('CREATING', 'ATTACHING', 'DETACHING', 'RESIZING', 'REVERTING', 'DELETING'))
) STRICT;
INSERT INTO "volume" VALUES('vol-wab77vhhhgvv','prj-nv2n7kap3sou','data-1','','{"tier":"gold"}',0,'IN_USE',1795656929405,1795656929291,27,NULL,NULL,1048576,'srv-fynfw4vmihrz',0,0,NULL,'lay-7ugpjeywmpzm',0);
INSERT INTO "volume" VALUES('vol-j75l65zwia3p','prj-nv2n7kap3sou','spare','','{}',0,'AVAILABLE',1795656929857,1795656929819,17,NULL,NULL,1048576,NULL,NULL,0,NULL,'lay-xar4hti3sn7u',0);
CREATE TABLE volume_snapshot (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL REFERENCES project(id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    labels TEXT NOT NULL CHECK (json_valid(labels)),
    deletion_protection INTEGER NOT NULL CHECK (deletion_protection IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('CREATING', 'AVAILABLE', 'DELETING', 'ERROR', 'ERROR_DELETING')),
    state_since INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
    operation_id TEXT REFERENCES operation(id),
    volume_id TEXT NOT NULL REFERENCES volume(id),
server_snapshot_id TEXT REFERENCES server_snapshot(id),
size_bytes INTEGER NOT NULL CHECK (size_bytes > 0),
layer_id TEXT NOT NULL REFERENCES layer(id),
consistency TEXT NOT NULL CHECK (consistency IN ('CRASH', 'QUIESCED', 'OFFLINE')),
cut_time INTEGER,
slot INTEGER,
CHECK (state <> 'AVAILABLE' OR cut_time IS NOT NULL),
CHECK (operation_id IS NOT NULL OR state NOT IN ('CREATING', 'DELETING'))
) STRICT;
INSERT INTO "volume_snapshot" VALUES('vsnap-54gxgfukldni','prj-nv2n7kap3sou','snapshot for ss1','','{}',0,'AVAILABLE',1795656930948,1795656930717,28,NULL,NULL,'vol-wab77vhhhgvv','ssnap-ql6d2pkzcxbr',1048576,'lay-7pffpz4qpu4k','CRASH',1795656930909,0);
CREATE INDEX operation_open ON operation (create_time, id) WHERE state IN ('PENDING', 'RUNNING', 'STUCK');
CREATE INDEX operation_by_time ON operation (project_id, create_time, id);
CREATE INDEX layer_by_parent ON layer (parent_id);
CREATE INDEX server_snapshot_by_server ON server_snapshot (server_id);
CREATE INDEX volume_snapshot_by_volume ON volume_snapshot (volume_id);
CREATE INDEX volume_snapshot_by_owner ON volume_snapshot (server_snapshot_id);
CREATE INDEX volume_snapshot_by_layer ON volume_snapshot (layer_id);
CREATE INDEX request_by_time ON request (time);
CREATE INDEX server_by_name ON server (project_id, name, id);
CREATE INDEX server_by_time ON server (project_id, create_time, id);
CREATE INDEX server_by_operation ON server (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX volume_by_name ON volume (project_id, name, id);
CREATE INDEX volume_by_time ON volume (project_id, create_time, id);
CREATE INDEX volume_by_operation ON volume (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX volume_snapshot_by_name ON volume_snapshot (project_id, name, id);
CREATE INDEX volume_snapshot_by_time ON volume_snapshot (project_id, create_time, id);
CREATE INDEX volume_snapshot_by_operation ON volume_snapshot (operation_id) WHERE operation_id IS NOT NULL;
CREATE INDEX server_snapshot_by_name ON server_snapshot (project_id, name, id);
CREATE INDEX server_snapshot_by_time ON server_snapshot (project_id, create_time, id);
CREATE INDEX server_snapshot_by_operation ON server_snapshot (operation_id) WHERE operation_id IS NOT NULL;
COMMIT;