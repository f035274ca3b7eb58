import SwiftProtobufPluginLibrary

/// Google's own comments run over pages; ours say what matters here.
private let wellKnownComments = [
    "google.protobuf.Timestamp": "An instant in UTC, from year 1 to year 9999.",
    "google.protobuf.Timestamp.seconds": "Seconds since 1970-01-01T00:00:00Z.",
    "google.protobuf.Timestamp.nanos": "Nanoseconds after that second: 0 to 999,999,999.",
    "google.protobuf.FieldMask": "Which fields of a message are meant.",
    "google.protobuf.FieldMask.paths": "Names of fields as in the .proto file; those of sub-messages behind a dot.",
]

extension SourceText {
    /// Writes the comment of something in a .proto file, or `fallback` where it has none.
    mutating func documentation(
        of place: some ProvidesSourceCodeLocation, named fullName: String, fallback: String? = nil
    ) {
        let comment = fullName.hasPrefix("google.") ? wellKnownComments[fullName] ?? "" : place.comment
        if let text = comment.isEmpty ? fallback : comment { documentation(text) }
    }
}

extension ProvidesSourceCodeLocation {
    /// The comment before a declaration, without its last line break.
    fileprivate var comment: String {
        var text = sourceCodeInfoLocation?.leadingComments ?? ""
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
