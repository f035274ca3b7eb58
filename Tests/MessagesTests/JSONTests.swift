import HoldpointMessages
import HoldpointRPC
import ProtobufC
import Testing

@Suite struct JSONTests {
    @Test func alwaysPrintsFieldsWithoutPresence() throws {
        #expect(try GetVolumeRequest().json() == #"{"volume":""}"#)
        #expect(
            try CreateServerRequest().json()
                == #"{"requestId":"","validateOnly":false,"serverSnapshot":"","ifAbsent":false}"#)
        #expect(try WatchRequest().json() == #"{"kinds":[]}"#)
        #expect(
            try ServerConfiguration().json() == #"{"kind":"KIND_UNSPECIFIED","vcpus":0,"memoryBytes":"0","slots":[]}"#)
    }

    @Test func printsEveryKindOfField() throws {
        let volume = Volume(
            name: "a\"b", labels: ["b": "2", "a": "1"], state: .inUse,
            createTime: Timestamp(seconds: 0, nanos: 5_000_000),
            sizeBytes: 1 << 60)
        let json = try volume.json()
        #expect(json.contains(#""name":"a\"b""#))
        #expect(json.contains(#""labels":{"a":"1","b":"2"}"#))
        #expect(json.contains(#""state":"IN_USE""#))
        #expect(json.contains(#""createTime":"1970-01-01T00:00:00.005Z""#))
        #expect(json.contains(#""sizeBytes":"1152921504606846976""#))
        #expect(!json.contains("stateSince"))
        let mask = UpdateVolumeRequest(updateMask: FieldMask(paths: ["name", "deletion_protection"]))
        #expect(try mask.json().contains(#""updateMask":"name,deletionProtection""#))
        #expect(
            try ListServicesResponse(fileDescriptors: [[0xff], []]).json().contains(#""fileDescriptors":["/w==",""]"#))
        #expect(try Operation(progress: 0.5).json().contains(#""progress":0.5,"#))
        #expect(try Operation(progress: 1).json().contains(#""progress":1,"#))
        #expect(try Operation(progress: .nan).json().contains(#""progress":"NaN","#))
        #expect(try WatchRequest(start: .fromRevision(0)).json() == #"{"fromRevision":"0","kinds":[]}"#)
    }

    @Test func pretty() throws {
        let request = WatchRequest(start: .fromRevision(7), kinds: ["volume", "server"])
        #expect(
            try request.json(pretty: true) == """
                {
                  "fromRevision": "7",
                  "kinds": [
                    "volume",
                    "server"
                  ]
                }
                """)
        #expect(try ListVolumesRequest(json: "{}").json(pretty: true).hasPrefix("{\n  \"pageSize\": 0,\n"))
        #expect(try WatchRequest().json(pretty: true) == "{\n  \"kinds\": []\n}")
    }

    @Test func readsBothNames() throws {
        #expect(try ResizeVolumeRequest(json: #"{"sizeBytes":"5"}"#).sizeBytes == 5)
        #expect(try ResizeVolumeRequest(json: #" { "size_bytes" : 5 } "#).sizeBytes == 5)
    }

    @Test func readsNullAsAbsent() throws {
        #expect(try CreateVolumeRequest(json: #"{"volume":null,"snapshot":null}"#) == CreateVolumeRequest())
        #expect(try WatchRequest(json: #"{"fromRevision":null,"kinds":null}"#) == WatchRequest())
    }

    @Test func readsNumbersInBothForms() throws {
        let largest = UInt64.max
        #expect(try Volume(json: #"{"sizeBytes":\#(largest)}"#).sizeBytes == largest)
        #expect(try Volume(json: #"{"sizeBytes":"\#(largest)"}"#).sizeBytes == largest)
        #expect(try Volume(json: #"{"slot":"7","sizeBytes":1e3}"#) == Volume(sizeBytes: 1000, slot: 7))
        #expect(try Operation(json: #"{"progress":"-Infinity"}"#).progress == -.infinity)
        #expect(try Operation(json: #"{"progress":-0}"#).progress == 0)
        #expect(try Volume(json: #"{"state":4}"#).state == .inUse)
        #expect(try Volume(json: #"{"state":77}"#).state == .unrecognized(77))
    }

    @Test(arguments: [
        (#"{"nope":1}"#, "nope"), (#"{"name":"a","name":"b"}"#, "name"),
        (#"{"sizeBytes":1,"size_bytes":2}"#, "size_bytes"),
        (#"{"name":1}"#, "name"), (#"{"name":{}}"#, "name"), (#"{"sizeBytes":-1}"#, "size_bytes"),
        (#"{"sizeBytes":18446744073709551616}"#, "size_bytes"), (#"{"sizeBytes":true}"#, "size_bytes"),
        (#"{"slot":4294967296}"#, "slot"), (#"{"slot":1.5}"#, "slot"), (#"{"boot":1}"#, "boot"),
        (#"{"boot":"true"}"#, "boot"), (#"{"state":"NOPE"}"#, "state"), (#"{"state":2147483648}"#, "state"),
        (#"{"labels":{"a":1}}"#, "labels"), (#"{"labels":{"a":null}}"#, "labels"),
        (#"{"labels":{"a":"1","a":"2"}}"#, "labels"),
        (#"{"labels":[]}"#, "labels"), (#"{"state":"IN_USE\u0000x"}"#, "state"),
        (#"{"createTime":"yesterday"}"#, "create_time"),
        (#"{"createTime":{}}"#, "create_time"),
        (#"{"failure":{"attempts":-1}}"#, "failure.attempts"), (#"{"failure":[]}"#, "failure"),
    ])
    func refusesFields(json: String, field: String) {
        let error = #expect(throws: MessageError.self) { try Volume(json: json) }
        #expect(error?.field == field)
    }

    @Test(arguments: [
        "", " ", "null", #"{"name\u0000x":"a"}"#, #"{"Name":"a"}"#, "[]", "1", "\"\"", "{", "}", "{}{}", "{},",
        #"{"name"}"#, #"{"name":}"#, #"{"name":"a",}"#,
        #"{,"name":"a"}"#, #"{name:"a"}"#, #"{'name':'a'}"#, #"{"name":"a" "etag":"b"}"#, #"{"boot":truefalse}"#,
        #"{"boot":TRUE}"#, #"{"slot":01}"#, #"{"slot":+1}"#, "{/**/}", "\u{feff}{}", #"{"name":"\#u{0}"}"#,
    ])
    func refusesWhatIsNotJSON(json: String) {
        #expect(throws: MessageError.self) { try Volume(json: json) }
    }

    @Test func refusesTwoMembersOfAOneof() {
        #expect(throws: MessageError.self) { try WatchResponse(json: #"{"event":{},"bookmarkRevision":"1"}"#) }
        #expect(throws: MessageError.self) { try WatchResponse(json: #"{"bookmarkRevision":"1","event":{}}"#) }
    }

    @Test func refusesNullInLists() {
        #expect(throws: MessageError.self) { try WatchRequest(json: #"{"kinds":[null]}"#) }
        #expect(throws: MessageError.self) { try ListVolumesResponse(json: #"{"volumes":[null]}"#) }
    }

    /// Two million empty messages in 6 MiB: the arena's budget holds for JSON too.
    @Test func refusesBombs() {
        let bomb = "{\"volumes\":[" + String(repeating: "{},", count: 2_000_000) + "{}]}"
        let error = #expect(throws: MessageError.self) { try ListVolumesResponse(json: bomb) }
        guard case .limit = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func refusesLongTexts() {
        let long = String(repeating: " ", count: MessageLimits.jsonBytes) + "{}"
        #expect(throws: MessageError.limit("longer than \(MessageLimits.jsonBytes) bytes")) { try Volume(json: long) }
    }

    @Test func dynamicMessagesRefuseTheSame() throws {
        #expect(throws: MessageError.self) { try DynamicMessage.serialize(json: "{\"nope\":1}", as: Volume.descriptor) }
        #expect(throws: MessageError.self) { try DynamicMessage.json(serialized: [0xff], as: Volume.descriptor) }
        let unknown = try DynamicMessage.json(serialized: Wire.varint(field: 6, 99), as: Volume.descriptor)
        #expect(unknown.contains("\"state\":99"))
    }
}
