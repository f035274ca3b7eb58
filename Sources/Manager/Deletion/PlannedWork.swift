internal import Model
internal import Store

/// Work as a stored plan holds it: `{"volume":{…}}`, by the name of its form.
struct PlannedWork: Codable, Sendable {
    let work: any ResourceWork

    init(_ work: any ResourceWork) {
        self.work = work
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// - Throws: `DecodingError` for a form that none of the decoder's kinds has.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        let works = decoder.kinds.kinds.flatMap { $0.works }
        guard let name = container.allKeys.first,
            let form = works.first(where: { $0.storedName == name.stringValue })
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: container.codingPath, debugDescription: "no form of work that is known here"))
        }
        func decode<Work: ResourceWork>(_ form: Work.Type) throws -> any ResourceWork {
            try container.decode(form, forKey: name)
        }
        work = try decode(form)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        func encode<Work: ResourceWork>(_ work: Work) throws {
            try container.encode(work, forKey: Name(stringValue: Work.storedName))
        }
        try encode(work)
    }
}

extension ManagedKinds {
    /// For decoders of what may hold work of these kinds.
    var userInfo: [CodingUserInfoKey: any Sendable] {
        Self.userInfoKey.map { [$0: self] } ?? [:]
    }

    fileprivate static let userInfoKey = CodingUserInfoKey(rawValue: "kinds")
}

extension Decoder {
    fileprivate var kinds: ManagedKinds {
        ManagedKinds.userInfoKey.flatMap { userInfo[$0] as? ManagedKinds } ?? .all
    }
}
