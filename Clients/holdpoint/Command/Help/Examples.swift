/// Two lines or more that each command is used with.
enum Examples {
    /// - Returns: nil: it is no command that is run.
    static func lines(of node: CommandNode) -> [String]? {
        let path = node.path.joined(separator: " ")
        guard let written = written[path] ?? derived(node) else { return nil }
        return written.map { "holdpoint \(path)" + ($0.isEmpty ? "" : " \($0)") }
    }

    /// Of the verbs that all nouns have.
    private static func derived(_ node: CommandNode) -> [String]? {
        guard node.path.count == 2, let name = names[node.path[0]] else { return nil }
        switch node.name {
        case "list": return ["", "--filter 'name : \(name.prefix(3))' -o name"]
        case "show": return [name, "\(name) -o json"]
        case "update": return ["\(name) --name new-name", "\(name) --label team=web --protect"]
        case "delete": return [name, "\(name) --cascade"]
        default: return nil
        }
    }

    private static let names = [
        "server": "web-1", "volume": "data-1", "snapshot": "before-update", "server-snapshot": "before-update",
    ]

    private static let written: [String: [String]] = [
        "server create": ["web-1 --kind external", "web-2 --server-snapshot before-update"],
        "server start": ["web-1", "web-1 --no-wait"],
        "server stop": ["web-1", "web-1 --force"],
        "server revert": [
            "web-1 --server-snapshot before-1 --restart",
            "web-1 --server-snapshot before-1 --leave-out data-2",
        ],
        "server nbd": ["web-1", "web-1 --volume data-1 --mount-help"],
        "volume create": [
            "data-1 --size 10GiB --attach web-1", "data-2 --server-snapshot before-update --volume data-1",
        ],
        "volume resize": ["data-1 --size 20GiB", "data-1 --size 1.5T --force"],
        "volume attach": ["data-1 --server web-1", "data-1 --server web-1 --wait-busy"],
        "volume detach": ["data-1", "data-1 --force"],
        "volume revert": ["data-1 --snapshot before-update", "data-1 --snapshot vsnap-abcdefghijkl --dry-run"],
        "snapshot create": ["before-update --volume data-1", "--volume data-1 --require offline"],
        "server-snapshot create": [
            "before-1 --server web-1 --description 'for 2'", "--server web-1 --require crash",
        ],
        "plan delete": ["data-1", "web-1 --delete-volumes -o json"],
        "plan execute": ["data-1 --hash HASH", "data-1 --hash HASH --yes --password-file FILE"],
        "operation list": ["", "--filter 'state = FAILED'"],
        "operation show": ["op-abcdefghijkl", "op-abcdefghijkl -o json"],
        "operation wait": ["op-abcdefghijkl", "op-abcdefghijkl --wait-timeout 5m"],
        "operation cancel": ["op-abcdefghijkl", "op-abcdefghijkl --no-wait"],
        "admin resolve": ["data-1 --retry", "op-abcdefghijkl --abandon"],
        "admin check": ["", "--repair"],
        "admin backup": ["metadata.db", "-"],
        "admin quarantine list": ["", "-o json"],
        "admin quarantine adopt": ["lay-abcdefghijkl", "lay-abcdefghijkl --name rescued"],
        "admin quarantine discard": ["lay-abcdefghijkl", "lay-abcdefghijkl --yes --password-file FILE"],
        "user password": ["admin", "admin --password-file OLD --new-password-file NEW"],
        "status": ["", "--check"],
        "graph": ["", "web-1"],
        "watch": ["", "-o json"],
        "history": ["data-1", "--by admin --since 2h", "--denied"],
        "space": ["", "--order-by create_time", "--filter 'kind = snapshot AND frees_bytes > 1GiB'"],
        "call": ["holdpoint.v1.AdminService/GetStatus '{}'", "VolumeService/GetVolume '{\"volume\":\"data-1\"}'"],
        "completion": ["bash", "zsh"],
        "version": ["", "-o json"],
    ]
}
