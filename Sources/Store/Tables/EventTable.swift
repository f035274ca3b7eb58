public import Model

extension ReadTransaction {
    /// Sequence number of the newest event; 0: there is none.
    public func lastSequence() throws -> Int64 {
        try rows("SELECT COALESCE(MAX(sequence), 0) FROM event", []) { try $0.integer(0) }.first ?? 0
    }

    /// The sequence number that the next event has.
    ///
    /// - Throws: `StoreError.malformed` if there is none: the last row is no work of this program.
    func nextSequence() throws -> Int64 {
        let (next, overflow) = try lastSequence().addingReportingOverflow(1)
        guard !overflow else { throw StoreError.malformed("no revision is left after that of the last event") }
        return next
    }

    /// Sequence number of the oldest event that is kept; 0: there is none.
    public func firstSequence() throws -> Int64 {
        try rows("SELECT COALESCE(MIN(sequence), 0) FROM event", []) { try $0.integer(0) }.first ?? 0
    }

    /// Whether revisions were skipped after a position: what somebody saw until then may never have been.
    public func wereRevisionsSkipped(after sequence: Int64) throws -> Bool {
        let skips: [Int64] = try rows(
            "SELECT sequence FROM event WHERE sequence > ? AND action = 'skipped' LIMIT 1", [.integer(sequence)]
        ) { try $0.integer(0) }
        return !skips.isEmpty
    }

    /// The events of a project after a position, oldest first.
    ///
    /// - Parameter kinds: of these the resources are told too, and operations.
    public func events(
        after sequence: Int64, project: ProjectID, of kinds: StoredKinds, limit: Int
    ) throws -> [Event] {
        try rows(
            """
            SELECT \(Event.columns), resource
            FROM event WHERE sequence > ? AND project_id = ? ORDER BY sequence LIMIT ?
            """, [.integer(sequence), .text(project.rawValue), .integer(Int64(limit))]
        ) { row in
            let kind = ResourceKind(rawValue: try row.text(6))
            return try Event(row, try row.optionalText(12).flatMap { try kinds.subject(kind, json: $0) })
        }
    }
}

extension Event {
    /// Those that `init` reads.
    static let columns = """
        sequence, project_id, time, principal, source, action, kind, resource_id, operation_id, request_id, reason, name
        """

    init(_ row: any StoredRow, _ resource: (any EventSubject)?) throws {
        let author = ChangeAuthor(
            principal: try row.text(3), source: try row.text(4), requestID: try row.text(9),
            operationID: try row.optionalID(8), reason: try row.text(10))
        self.init(
            sequence: try row.integer(0), projectID: try row.id(1), time: try row.time(2), author: author,
            action: try row.text(5), kind: try row.text(6), resourceID: try row.text(7), name: try row.text(11),
            resource: resource)
    }
}

extension StoredKinds {
    /// What an event is about, as it was then; nil: it is of a kind that this release does not know.
    fileprivate func subject(_ kind: ResourceKind, json: String) throws -> (any EventSubject)? {
        if kind == .operation { return try JSONColumn.value(Operation.self, json) }
        func value<Kind: StoredKind>(_ kind: Kind.Type) throws -> any EventSubject { try JSONColumn.value(kind, json) }
        return try self.kind(kind).map { try value($0) }
    }
}

extension WriteTransaction {
    /// Appends an entry to the log; its sequence number becomes the resource's revision.
    func appendEvent<Resource: IdentifiedKind>(
        _ sequence: Int64, _ action: EventAction, of id: Identifier<Resource>, named name: String,
        project: ProjectID, resource: (some Encodable)?, by author: ChangeAuthor, at time: Timestamp
    ) throws {
        try appendEvent(
            sequence, action, Resource.kind, id: id.rawValue, named: name, project: project, resource: resource,
            by: author, at: time)
    }

    /// The same for what has a name in place of an id: a principal.
    func appendEvent(
        _ sequence: Int64, _ action: EventAction, _ kind: ResourceKind, id: String, named name: String,
        project: ProjectID, resource: (some Encodable)?, by author: ChangeAuthor, at time: Timestamp
    ) throws {
        note(.events(of: project))
        note(.resource(id))
        try execute(
            """
            INSERT INTO event (sequence, project_id, time, principal, source, action, kind, resource_id, operation_id,
                request_id, reason, resource, name, age_milliseconds)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \(StoreAge.expression))
            """,
            [
                .integer(sequence), .text(project.rawValue), .integer(time.millisecondsSinceEpoch),
                .text(author.principal), .text(author.source), .text(action.rawValue), .text(kind.rawValue),
                .text(id), .id(author.operationID), .text(author.requestID), .text(author.reason),
                .optional(try resource.map { try JSONColumn.text($0) }), .text(name),
            ])
    }

    /// Leaves revisions out that other metadata may have given out already, and says so in an event of its own.
    public func skipRevisions(
        _ count: Int64, project: ProjectID, by author: ChangeAuthor, at time: Timestamp
    ) throws {
        let (sequence, overflow) = try lastSequence().addingReportingOverflow(count)
        guard !overflow else { throw StoreError.malformed("no revisions are left to skip") }
        try appendEvent(
            sequence, .skipped, of: project, named: "", project: project, resource: Project?.none, by: author, at: time)
    }
}
