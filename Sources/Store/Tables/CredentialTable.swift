public import Model

extension ReadTransaction {
    /// What is kept of a principal's password; nil: it has none.
    public func passwordHash(of principal: String) throws -> String? {
        try rows("SELECT password_hash FROM credential WHERE principal = ?", [.text(principal)]) { try $0.text(0) }
            .first
    }
}

extension WriteTransaction {
    /// Sets or replaces what is kept of a principal's password.
    ///
    /// - Parameter author: who wished it, for the event; nil: nobody who called, so there is none.
    public func setPasswordHash(
        _ hash: String, of principal: String, by author: ChangeAuthor?, at time: Timestamp
    ) throws {
        try execute(
            """
            INSERT INTO credential (principal, password_hash, change_time) VALUES (?, ?, ?)
            ON CONFLICT (principal) DO UPDATE SET password_hash = excluded.password_hash,
                change_time = excluded.change_time
            """, [.text(principal), .text(hash), .integer(time.millisecondsSinceEpoch)])
        // Principals are nobody's project's; the default one's log is where an operator looks.
        guard let author, let project = try project(Project.defaultName) else { return }
        try appendEvent(
            try nextSequence(), .updated, .principal, id: principal, named: principal, project: project.id,
            resource: nil as Project?,
            by: author, at: time)
    }

    /// Replaces what is kept of the same password, unless another one was set meanwhile.
    public func replacePasswordHash(_ old: String, with new: String, of principal: String) throws {
        try execute(
            "UPDATE credential SET password_hash = ? WHERE principal = ? AND password_hash = ?",
            [.text(new), .text(principal), .text(old)])
    }
}
