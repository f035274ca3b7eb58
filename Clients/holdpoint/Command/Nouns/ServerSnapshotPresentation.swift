import HoldpointClient

extension ServerSnapshot: Presentable {
    static let headers = ["NAME", "ID", "STATE", "SERVER", "MEMBERS", "CONSISTENCY", "TAKEN"]

    var row: [Table.Cell] {
        [
            .init(name), .init(id), stateCell, .init(serverName.isEmpty ? serverID : serverName),
            .init(String(memberIDs.count)), .init(ResourceText.grade(consistency)),
            .init(ResourceText.relative(cutTime)),
        ]
    }

    var details: [Detail] {
        let slots = configuration?.slots ?? []
        let members = memberIDs.enumerated().map { index, id in
            Detail(index < slots.count ? "member in slot \(slots[index])" : "member", id)
        }
        let list = Process.commandLine(["snapshot", "list", "--server-snapshot", id])
        return details(
            [
                Detail("server", ResourceText.reference(serverName, serverID)),
                Detail("kind", configuration.map { $0.kind.name } ?? ""),
                Detail("consistency", ResourceText.grade(consistency)), Detail("taken", ResourceText.full(cutTime)),
                Detail("used by", autoscaleGroupIDs.joined(separator: " ")),
            ] + members + [Detail("members", memberIDs.isEmpty ? "" : "\(memberIDs.count): \(list)")])
    }
}
