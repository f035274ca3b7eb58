/// JSON that is written value by value (RFC 8259).
struct JSONText {
    private static let indentWidth = 2
    private static let hexDigits = Array("0123456789abcdef".utf8)

    private let pretty: Bool
    private var bytes: [UInt8] = []
    private var depth = 0

    init(pretty: Bool) {
        self.pretty = pretty
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Numbers, `true`, `null`: what stands as it is.
    mutating func plain(_ token: String) {
        bytes.append(contentsOf: token.utf8)
    }

    mutating func string(_ text: String) {
        string(utf8: text.utf8)
    }

    mutating func string(utf8: some Sequence<UInt8>) {
        bytes.append(UInt8(ascii: "\""))
        for byte in utf8 { escape(byte) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): plain("\\\"")
        case UInt8(ascii: "\\"): plain("\\\\")
        case UInt8(ascii: "\n"): plain("\\n")
        case UInt8(ascii: "\r"): plain("\\r")
        case UInt8(ascii: "\t"): plain("\\t")
        case 0..<0x20, 0x7f:
            plain("\\u00")
            bytes.append(Self.hexDigits[Int(byte >> 4)])
            bytes.append(Self.hexDigits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }

    /// A name of an object's member; its value comes next.
    mutating func name(_ name: String) {
        string(name)
        plain(pretty ? ": " : ":")
    }

    /// `open`, what `write` writes for each item, `close`.
    mutating func items<Items: Collection>(
        _ items: Items, open: String, close: String,
        _ write: (inout JSONText, Items.Element) throws(MessageError) -> Void
    ) throws(MessageError) {
        plain(open)
        depth += 1
        for (index, item) in items.enumerated() {
            if index > 0 { plain(",") }
            lineBreak()
            try write(&self, item)
        }
        depth -= 1
        if !items.isEmpty { lineBreak() }
        plain(close)
    }

    private mutating func lineBreak() {
        guard pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * Self.indentWidth))
    }
}
