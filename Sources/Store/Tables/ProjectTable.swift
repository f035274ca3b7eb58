public import Model

extension ReadTransaction {
    /// The project with this id or name.
    public func project(_ reference: String) throws -> Project? {
        try project("SELECT id, name FROM project WHERE name = ?", reference)
            ?? project("SELECT id, name FROM project WHERE id = ?", reference)
    }

    private func project(_ sql: String, _ reference: String) throws -> Project? {
        try rows(sql, [.text(reference)]) { Project(id: try $0.id(0), name: try $0.text(1)) }.first
    }
}

extension WriteTransaction {
    public func insert(_ project: Project) throws {
        try execute("INSERT INTO project (id, name) VALUES (?, ?)", [.text(project.id.rawValue), .text(project.name)])
    }
}
