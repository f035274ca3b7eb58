/// Field masks in JSON: one string, `name,volume.sizeBytes` (proto3 JSON mapping).
enum FieldMaskText {
    /// - Throws: `malformed` for a path that would come back as another.
    static func format(_ paths: [String]) throws(MessageError) -> String {
        var names: [String] = []
        for path in paths {
            let name = CamelCase.camel(path)
            guard CamelCase.snake(name) == path, !path.contains(",") else {
                throw .malformed("\(path) is not a path of fields")
            }
            names.append(name)
        }
        return names.joined(separator: ",")
    }

    static func parse(_ text: String) throws(MessageError) -> [String] {
        var paths: [String] = []
        guard !text.isEmpty else { return paths }
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let path = CamelCase.snake(String(name)) else {
                throw .malformed("\(name) is not a path of fields in lowerCamelCase")
            }
            paths.append(path)
        }
        return paths
    }
}
