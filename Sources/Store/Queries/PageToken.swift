internal import Foundation
internal import Model

/// Where a list goes on. Opaque to clients, and of use only with the filter and order that it came from.
struct PageToken: Codable, Hashable {
    /// Filter, order and scope of the list that it belongs to.
    let query: String
    /// The last row's values of the order's columns: a text, a number, and always the id.
    private let lastText: String?
    private let lastNumber: Int64?
    private let lastID: String
    /// Of the first page.
    let revision: Int64

    /// - Parameter place: values of the order's columns.
    init(query: String, place: [StoredValue], revision: Int64) {
        self.query = query
        self.revision = revision
        var (texts, number): ([String], Int64?) = ([], nil)
        for value in place {
            if case .text(let text) = value { texts.append(text) }
            if case .integer(let integer) = value { number = integer }
        }
        lastText = texts.count > 1 ? texts.first : nil
        lastNumber = number
        lastID = texts.last ?? ""
    }

    /// - Throws: `INVALID_ARGUMENT` for what is no token of this query.
    init(text: String, of query: String, in order: ListOrder) throws(Refusal) {
        guard let data = Data(base64Encoded: text), let token = try? JSONDecoder().decode(PageToken.self, from: data),
            token.query == query, token.values.count == order.columns.count
        else {
            throw .invalid(
                field: "page_token", "this page token belongs to another list: use it with its own filter and order")
        }
        self = token
    }

    /// The place, as it was given.
    var values: [StoredValue] {
        [lastText.map { .text($0) }, lastNumber.map { .integer($0) }, .text(lastID)].compactMap { $0 }
    }

    func text() throws -> String { try JSONEncoder().encode(self).base64EncodedString() }
}
