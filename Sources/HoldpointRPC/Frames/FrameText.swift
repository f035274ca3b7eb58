extension FrameReader {
    /// A string field's content, checked to be UTF-8 without NUL.
    mutating func text(_ tag: Tag) throws(FrameFault) -> UnsafeRawBufferPointer {
        let content = try bytes(tag)
        guard Self.isText(content) else { throw .badText }
        return content
    }

    /// Passes over a field that another pass has read; it counts as known.
    mutating func skipDeclared(_ tag: Tag) throws(FrameFault) {
        switch tag.type {
        case .varint: _ = try varint()
        case .bytes: _ = try bytes(tag)
        case .fixed64, .fixed32: try skip(tag)
        }
    }

    private static func isText(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Method names and keys are ASCII; the loop spares them a String.
        for byte in bytes where byte == 0 || byte >= 0x80 {
            return !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
        }
        return true
    }
}
