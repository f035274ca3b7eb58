import HoldpointMessages
import HoldpointRPC
import ProtobufC
import Testing

@Suite struct GeneratedTests {
    @Test func fingerprintsLeaveOutWhatARetryMayChange() {
        let request = DeleteVolumeRequest(
            requestID: "1", validateOnly: true, volume: "vol-1", etag: "e",
            consent: Consent(acknowledged: true, password: "secret"), allowMissing: true)
        #expect(request.fingerprinted == DeleteVolumeRequest(volume: "vol-1", etag: "e", allowMissing: true))
    }

    @Test func secretsAreNotPrinted() {
        let request = DeleteVolumeRequest(volume: "vol-1", consent: Consent(acknowledged: true, password: "p4ss"))
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), dumped, "\(Hello(software: "s", token: "p4ss"))"] {
            #expect(!text.contains("p4ss") && text.contains("hidden"))
        }
        #expect("\(request)".contains("vol-1"))
    }

    /// Equal values have equal bytes, however their maps were filled.
    @Test func serializingIsDeterministic() throws {
        let pairs = (0..<50).map { ("key\($0)", "\($0)") }
        let expected = try Volume(labels: Dictionary(uniqueKeysWithValues: pairs)).serialized()
        for _ in 0..<20 {
            var labels: [String: String] = [:]
            for (key, value) in pairs.shuffled() { labels[key] = value }
            #expect(try Volume(labels: labels).serialized() == expected)
        }
    }

    @Test func enumsKnowTheirNamesAndNumbers() {
        for state in Volume.State.allCases { #expect(Volume.State(rawValue: state.rawValue) == state) }
        #expect(Volume.State(rawValue: 4) == .inUse)
        #expect(Volume.State.inUse.name == "IN_USE")
        #expect(Volume.State(rawValue: 0) == .unspecified)
        #expect(Volume.State.unspecified.name == "STATE_UNSPECIFIED")
        #expect(Volume.State(rawValue: -1).rawValue == -1)
        #expect(Status.Code.allCases.count == 17)
        #expect(Status.Code(rawValue: 0) == .ok)
    }

    @Test func theTableListsEveryMethodOnce() {
        let names = HoldpointAPI.services.flatMap { service in service.methods.map { "\(service.name)/\($0.name)" } }
        #expect(Set(names).count == names.count)
        #expect(names.contains("holdpoint.v1.VolumeService/CreateVolume"))
        let known = Set(HoldpointAPI.messages.map { $0.descriptor })
        for method in HoldpointAPI.services.flatMap(\.methods) {
            #expect(known.contains(method.request) && known.contains(method.response))
        }
        #expect(VolumeServiceMethods.createVolume.name == "holdpoint.v1.VolumeService/CreateVolume")
    }

    /// Every method that is named as a change carries a request id.
    @Test func everyMutationIsSafeToRepeat() {
        let requests = Dictionary(uniqueKeysWithValues: HoldpointAPI.messages.map { ($0.descriptor, $0) })
        // Setting a password twice changes nothing, and its body must leave no trace, not even a fingerprint.
        let readers = ["Get", "List", "Watch", "Wait", "Check", "Plan", "Cancel", "Backup", "SetPassword"]
        for method in HoldpointAPI.services.flatMap(\.methods) {
            guard !readers.contains(where: { method.name.hasPrefix($0) }) else { continue }
            #expect(requests[method.request] is any MutationMessage.Type, "\(method.name)")
        }
    }

    @Test func fileDescriptorsNameTheirFiles() {
        let names = HoldpointAPI.fileDescriptors.map { bytes -> String in
            // FileDescriptorProto.name is field 1, the first to be written.
            guard bytes.count > 2, bytes[0] == 0x0a else { return "" }
            return String(decoding: bytes[2..<(2 + Int(bytes[1]))], as: UTF8.self)
        }
        #expect(names.contains("google/protobuf/timestamp.proto"))
        #expect(names.contains("holdpoint/rpc/v1/frame.proto"))
        for (before, after) in [
            ("google/protobuf/timestamp.proto", "holdpoint/v1/volume.proto"),
            ("holdpoint/rpc/v1/status.proto", "holdpoint/v1/operation.proto"),
        ] {
            let first = names.firstIndex(of: before)
            let second = names.firstIndex(of: after)
            #expect(first != nil && second != nil && (first ?? 0) < (second ?? 0))
        }
    }

    @Test func descriptorsKnowTheirNames() {
        #expect(Volume.descriptor.name == "holdpoint.v1.Volume")
        #expect(NBDExport.descriptor.name == "holdpoint.v1.NBDExport")
        #expect(Frame.descriptor.name == "holdpoint.rpc.v1.Frame")
        #expect(Volume.descriptor == Volume.descriptor && Volume.descriptor != Server.descriptor)
    }
}
