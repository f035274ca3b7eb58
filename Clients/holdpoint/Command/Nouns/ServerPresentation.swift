import HoldpointClient

extension Server: Presentable {
    static let headers = ["NAME", "ID", "KIND", "STATE", "VOLUMES", "CREATED"]

    var row: [Table.Cell] {
        [
            .init(name), .init(id), .init(kind.name), stateCell, .init(String(attachments.count)),
            .init(ResourceText.relative(createTime)),
        ]
    }

    var details: [Detail] {
        let machine = vcpus == 0 ? "" : "\(vcpus) vCPU, \(ByteSize.text(memoryBytes)) memory"
        let volumes = attachments.map { attachment in
            Detail(
                "slot \(attachment.slot)",
                ResourceText.reference(attachment.volumeName, attachment.volumeID) + (attachment.boot ? ", boot" : ""))
        }
        let exports = nbd.map { Detail("nbd", $0.uri) }
        return details(
            [
                Detail("kind", kind.name), Detail("machine", machine),
                Detail("should be", desiredState == .unspecified ? "" : desiredState.name),
                Detail("autoscale group", autoscaleGroupID), Detail("schedule", scheduleID),
            ] + volumes + exports)
    }
}
