import Glibc
import Testing

/// A new file of mode 0600; the caller removes it.
func temporaryFile(_ text: String) throws -> String {
    var template = Array("/tmp/holdpoint-test-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    try #require(write(descriptor, bytes, bytes.count) == bytes.count)
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

func remove(_ path: String) {
    unlink(path)
}
