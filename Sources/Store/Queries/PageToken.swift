internal import Foundation

/// Where a list goes on. Opaque to clients, and of use only with the filter and order that it came from.
struct PageToken: Codable, Hashable {
    /// Filter, order and scope of the list that it belongs to.
    let query: String
    /// The last row's value of the order's field: a text or a number.
    let lastText: String?
    let lastNumber: Int64?
    let lastID: String
    /// Of the first page.
    let revision: Int64

    init(query: String, last: StoredValue, lastID: String, revision: Int64) {
        self.query = query
        if case .text(let text) = last { lastText = text } else { lastText = nil }
        if case .integer(let number) = last { lastNumber = number } else { lastNumber = nil }
        self.lastID = lastID
        self.revision = revision
    }

    init?(text: String) {
        guard let data = Data(base64Encoded: text), let token = try? JSONDecoder().decode(PageToken.self, from: data)
        else { return nil }
        self = token
    }

    var lastValue: StoredValue { lastText.map { .text($0) } ?? .integer(lastNumber ?? 0) }

    func text() throws -> String { try JSONEncoder().encode(self).base64EncodedString() }
}
