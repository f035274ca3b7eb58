internal import Model
internal import Store

internal import struct Foundation.Calendar
internal import struct Foundation.Date
internal import struct Foundation.TimeZone

/// Names are unique within their kind and project, but for those of server snapshots' members.
///
/// Decided here (2026-11): what is being deleted holds its name no longer, so that a script can delete and make anew
/// without waiting; if an administrator restores it, two bear the name and ids tell them apart. So it is with those of
/// an earlier release. The one writer sees to it, no index: those must stay.
extension ReadTransaction {
    /// - Throws: `NAME_TAKEN` with the holders as blockers.
    func requireFreeName<Target: StoredKind>(
        _ name: String, in project: ProjectID, _: Target.Type = Target.self
    ) throws {
        let holders: [Target] = try holders(of: name, in: project)
        if !holders.isEmpty { throw Refusal.nameTaken(holders) }
    }

    /// A name that Holdpoint makes: as it is wished, with `-2`, `-3` and so on behind it where that is taken.
    func freeName<Target: StoredKind>(
        like wished: String, in project: ProjectID, _: Target.Type = Target.self
    ) throws -> String {
        for number in 1...MadeName.maximumNumber {
            let name = MadeName.numbered(wished, number)
            // One that looks like an id would be found by nobody.
            guard ResourceKind(idShape: name) == nil else { continue }
            let holders: [Target] = try holders(of: name, in: project)
            if holders.isEmpty { return name }
        }
        throw Refusal.invalid(
            .invalidName, field: "name",
            "\(MadeName.maximumNumber) \(Target.kind.words)s are called like \(wished): "
                + "give one a name of your own")
    }

    /// What a user chose for a snapshot, with a name of Holdpoint's if they chose none.
    func named<Target: StoredKind>(
        _ attributes: ResourceAttributes, _: Target.Type, of subject: String, _ context: ChangeContext
    ) throws -> ResourceAttributes {
        guard attributes.name.isEmpty else { return attributes }
        var attributes = attributes
        attributes.name = try freeName(
            like: MadeName.snapshot(of: subject, at: context.now), in: context.projectID, Target.self)
        return attributes
    }

    private func holders<Target: StoredKind>(of name: String, in project: ProjectID) throws -> [Target] {
        try named(name, in: project).filter { !$0.isBeingDeleted }
    }
}

/// Names that Holdpoint makes: at most 64 bytes, of ASCII letters, digits and hyphens as those are that they are of.
enum MadeName {
    static let maximumNumber = 1_000
    private static let largestByteCount = 64

    /// `data-1-MMDDhhmmss`, in UTC: of a snapshot that was given no name.
    static func snapshot(of name: String, at now: Timestamp) -> String {
        cut(name, besides: 11) + "-" + digits([.month, .day, .hour, .minute, .second], now)
    }

    /// `revert-MMDDhhmm`, in UTC.
    static func safetySnapshot(at now: Timestamp) -> String {
        "revert-" + digits([.month, .day, .hour, .minute], now)
    }

    /// `web-2-data-1`: the copy of a volume that a server snapshot's restore makes.
    static func copy(of volumeName: String, for serverName: String) -> String {
        cut("\(serverName)-\(volumeName)", besides: 0)
    }

    static func numbered(_ name: String, _ number: Int) -> String {
        guard number > 1 else { return name }
        return cut(name, besides: "-\(number)".utf8.count) + "-\(number)"
    }

    /// By characters, so that none is cut in two.
    private static func cut(_ name: String, besides byteCount: Int) -> String {
        var name = name[...]
        while name.utf8.count > largestByteCount - byteCount { name.removeLast() }
        return String(name)
    }

    private static func digits(_ parts: [Calendar.Component], _ now: Timestamp) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
        let date = Date(timeIntervalSince1970: Double(now.millisecondsSinceEpoch) / 1_000)
        return parts.map { part in
            let number = calendar.component(part, from: date)
            return number < 10 ? "0\(number)" : "\(number)"
        }.joined()
    }
}

extension Refusal {
    fileprivate static func nameTaken<Target: Resource>(_ holders: [Target]) -> Refusal {
        let (name, words) = (holders.first?.header.name ?? "", Target.kind.words)
        var refusal = Refusal(
            .nameTaken, "there is a \(words) \(name) already: choose another name, or rename that one")
        refusal.blockers = holders.map { $0.blocker(.nameTaken) }
        return refusal
    }
}
