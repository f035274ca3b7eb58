/// Where a volume is served. Source: NBD's doc/uri.md.
enum ExportURI {
    /// - Parameters:
    ///   - export: a volume's id.
    ///   - socket: a path of any bytes.
    static func text(of export: String, socket: String) -> String {
        "nbd+unix:///\(export)?socket=\(encoded(socket))"
    }

    /// RFC 3986: what is not reserved stays, and slashes, which a query may have. libnbd and QEMU decode the rest.
    private static func encoded(_ path: String) -> String {
        path.utf8.map { byte in
            isPlain(byte) ? String(UnicodeScalar(byte)) : "%\(digit(byte >> 4))\(digit(byte & 0xF))"
        }.joined()
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-._~/".utf8.contains(byte)
        }
    }

    private static func digit(_ value: UInt8) -> String { String(value, radix: 16, uppercase: true) }
}
