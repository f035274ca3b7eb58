/// Names of fields in .proto files and in JSON.
enum CamelCase {
    /// `size_bytes` → `sizeBytes`.
    static func camel(_ name: String) -> String {
        var result = ""
        var startsWord = false
        for character in name {
            if character == "_" {
                startsWord = true
            } else {
                result += startsWord ? character.uppercased() : String(character)
                startsWord = false
            }
        }
        return result
    }

    /// `sizeBytes` → `size_bytes`; nil for a name that no field has in JSON.
    static func snake(_ name: String) -> String? {
        guard !name.isEmpty, !name.contains("_") else { return nil }
        return name.reduce(into: "") { result, character in
            result += character.isUppercase ? "_" + character.lowercased() : String(character)
        }
    }
}
