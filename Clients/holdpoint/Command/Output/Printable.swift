/// Text from elsewhere made safe for a terminal.
enum Printable {
    /// Control characters, those of a terminal's escape sequences and of line breaks included.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
    }

    /// The text on one line, with a replacement character for every control character.
    static func line(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var line = String.UnicodeScalarView()
        line.append(contentsOf: text.unicodeScalars.map { isControl($0) ? "\u{fffd}" : $0 })
        return String(line)
    }
}
