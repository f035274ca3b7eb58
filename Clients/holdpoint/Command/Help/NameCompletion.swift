import ArgumentParser
import HoldpointClient

/// Names and ids for a shell to complete, asked of the server. It has little time, and says nothing without an answer.
struct NameCompletion: Sendable {
    /// What can be named on a command line.
    enum Kind: String, CaseIterable, Sendable {
        case server
        case volume
        case snapshot
        case serverSnapshot = "server-snapshot"
        case operation
        case layer
    }

    /// A person waits with the finger on the key.
    private static let patience = Duration.milliseconds(200)
    /// More are of no help.
    private static let largestCount: UInt32 = 100

    let kinds: [Kind]

    /// - Parameters:
    ///   - words: the command line so far.
    ///   - prefix: of the word that is completed.
    func candidates(_ words: [String], _ prefix: String) async -> [String] {
        guard let client = try? GlobalOptions.client(of: words) else { return [] }
        let end = ContinuousClock.now + Self.patience
        var found: [String] = []
        for kind in kinds where .now < end {
            let options = CallOptions(timeout: end - .now, retries: false)
            found += (try? await names(of: kind, prefix, client, options)) ?? []
        }
        await client.close()
        return Array(Set(found.filter { $0.hasPrefix(prefix) })).sorted()
    }

    /// Names; ids once one is begun, or where there are no names.
    private func names(
        of kind: Kind, _ prefix: String, _ client: HoldpointClient, _ options: CallOptions
    ) async throws(RPCError) -> [String] {
        let isID = kind.idPrefixes.contains { prefix.hasPrefix($0) }
        let isWord = prefix.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "-") || Character(UnicodeScalar(byte)).isLetter
                || Character(UnicodeScalar(byte)).isNumber
        }
        guard isWord else { return [] }
        let filter = prefix.isEmpty ? "" : "\(isID || kind == .operation ? "id" : "name") : \(prefix)"
        switch kind {
        case .server:
            let page = try await client.servers.listServers(
                ListServersRequest(pageSize: Self.largestCount, filter: filter), options: options)
            return page.servers.map { isID ? $0.id : $0.name }
        case .volume:
            let page = try await client.volumes.listVolumes(
                ListVolumesRequest(pageSize: Self.largestCount, filter: filter), options: options)
            return page.volumes.map { isID ? $0.id : $0.name }
        case .snapshot:
            // A member's name is its server snapshot's, and has spaces in it.
            let page = try await client.snapshots.listSnapshots(
                ListSnapshotsRequest(pageSize: Self.largestCount, filter: filter, orderBy: "create_time desc"),
                options: options)
            return page.snapshots.filter { isID || $0.serverSnapshotID.isEmpty }.map { isID ? $0.id : $0.name }
        case .serverSnapshot:
            let page = try await client.serverSnapshots.listServerSnapshots(
                ListServerSnapshotsRequest(pageSize: Self.largestCount, filter: filter, orderBy: "create_time desc"),
                options: options)
            return page.serverSnapshots.map { isID ? $0.id : $0.name }
        case .operation:
            let page = try await client.operations.listOperations(
                ListOperationsRequest(pageSize: Self.largestCount, filter: filter, orderBy: "create_time desc"),
                options: options)
            return page.operations.map(\.id)
        case .layer:
            let page = try await client.admin.listQuarantine(
                ListQuarantineRequest(pageSize: Self.largestCount), options: options)
            return page.layers.map(\.id)
        }
    }
}

extension NameCompletion.Kind {
    fileprivate var idPrefixes: [String] {
        switch self {
        case .server: ["srv-"]
        case .volume: ["vol-"]
        case .snapshot: ["vsnap-"]
        case .serverSnapshot: ["ssnap-"]
        case .operation: ["op-"]
        case .layer: ["lay-"]
        }
    }
}

extension CompletionKind {
    /// Names of what there is of these kinds.
    static func names(_ kinds: NameCompletion.Kind...) -> CompletionKind {
        let completion = NameCompletion(kinds: kinds)
        return .custom { words, _, prefix in await completion.candidates(words, prefix) }
    }

    /// The same for one noun.
    static func names(noun: String) -> CompletionKind {
        let completion = NameCompletion(kinds: NameCompletion.Kind(rawValue: noun).map { [$0] } ?? [])
        return .custom { words, _, prefix in await completion.candidates(words, prefix) }
    }
}

extension GlobalOptions {
    /// A client of the server that a command line is for, as far as it is written.
    fileprivate static func client(of words: [String]) throws -> HoldpointClient {
        let names = ["--endpoint", "--token-file", "--project", "--profile"]
        var given: [String] = []
        for (index, word) in words.enumerated() {
            if names.contains(word), index + 1 < words.count {
                given += [word, words[index + 1]]
            } else if names.contains(where: { word.hasPrefix("\($0)=") }) {
                given.append(word)
            }
        }
        return try GlobalOptions.parse(given).settings(Process.environment).connected()
    }
}
