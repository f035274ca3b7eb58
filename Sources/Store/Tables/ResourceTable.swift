public import Model

extension ReadTransaction {
    /// The resource with this id in any project; nil: there is none.
    public func get<Element: StoredResource>(_ id: Identifier<Element>) throws -> Element? {
        let found: [Element] = try fetch(Element.statements.selectByID, [.text(id.rawValue)])
        return found.first
    }

    /// Resources for which an SQL condition over the row `this` holds, oldest first.
    func select<Element: StoredResource>(
        _ condition: String, _ arguments: [StoredValue], order: String = "this.create_time, this.id",
        limit: Int? = nil
    ) throws -> [Element] {
        let tail = limit.map { " LIMIT \($0)" } ?? ""
        return try fetch("\(Element.statements.select) WHERE \(condition) ORDER BY \(order)\(tail)", arguments)
    }

    private func fetch<Element: StoredResource>(_ sql: String, _ arguments: [StoredValue]) throws -> [Element] {
        var elements = try rows(sql, arguments, Element.decode)
        try Element.complete(&elements, in: self)
        return elements
    }

    /// Those of a project that bear a name.
    public func named<Element: StoredResource>(_ name: String, in project: ProjectID) throws -> [Element] {
        try fetch(Element.statements.selectByName, [.text(project.rawValue), .text(name)])
    }
}

extension WriteTransaction {
    /// Inserts a resource and appends the event; sets its revision.
    public func insert<Element: StoredResource>(
        _ resource: inout Element, by author: ChangeAuthor, at time: Timestamp
    ) throws {
        resource.header.revision = try nextSequence()
        try execute(Element.statements.insert, try resource.values)
        try appendEvent(
            resource.header.revision, .created, of: resource.id, named: resource.header.name,
            project: resource.header.projectID, resource: resource, by: author, at: time)
    }

    /// Writes a changed resource and appends the event; sets its revision.
    public func update<Element: StoredResource>(
        _ resource: inout Element, by author: ChangeAuthor, at time: Timestamp
    ) throws {
        resource.header.revision = try nextSequence()
        try execute(
            Element.statements.update, Array(try resource.values.dropFirst()) + [.text(resource.id.rawValue)])
        try appendEvent(
            resource.header.revision, .updated, of: resource.id, named: resource.header.name,
            project: resource.header.projectID, resource: resource, by: author, at: time)
    }

    /// Deletes a resource's row and appends the event.
    public func delete<Element: StoredResource>(
        _ resource: Element, by author: ChangeAuthor, at time: Timestamp
    ) throws {
        try execute(Element.statements.delete, [.text(resource.id.rawValue)])
        try appendEvent(
            try nextSequence(), .deleted, of: resource.id, named: resource.header.name,
            project: resource.header.projectID, resource: Element?.none, by: author, at: time)
    }
}
