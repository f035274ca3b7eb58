/// Text from elsewhere made safe for a terminal, and for whoever reads it there.
enum Printable {
    /// Control characters, those of a terminal's escape sequences and of line breaks included.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value)
            || turnsDirection(scalar)
    }

    /// Those by which a name reads from right to left, or looks like another one.
    private static func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isBidiControl
    }

    /// The text on one line, with its code for every control character: `\u{1b}`.
    static func line(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }
}
