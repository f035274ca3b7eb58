public import Model

/// A file among layers that are files, and is none: its name is no layer's, it has no whole header, or it is no plain
/// file.
public struct StrayFile: Hashable, Sendable {
    /// What stands there.
    public enum Kind: String, Hashable, Sendable {
        case file, link, folder
        /// A device, a pipe, a socket.
        case other = "special file"
    }

    /// As the file system has it; with `isNameable` false as people are told.
    private let name: String
    /// The layer that it would be, by its name.
    private let layerID: LayerID?
    private let kind: Kind
    /// Its name is text. What is not is told and left alone: any text that is made of it could be another's name.
    private let isNameable: Bool

    public init(name: String, layerID: LayerID?, kind: Kind = .file) {
        self.name = name
        self.layerID = layerID
        self.kind = kind
        isNameable = true
    }

    /// One whose name is no text: its bytes are spelled out.
    public init(unnameable bytes: [UInt8], kind: Kind) {
        name = bytes.map { byte in
            (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\\")
                ? String(Unicode.Scalar(byte)) : "\\x\(String(byte, radix: 16))"
        }.joined()
        layerID = nil
        self.kind = kind
        isNameable = false
    }

    /// The name for people and terminals: what is not plainly visible is spelled out.
    private var displayedName: String {
        guard isNameable else { return name }
        return name.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse: escaped(scalar)
            default: scalar == "\\" ? "\\\\" : String(scalar)
            }
        }.joined()
    }

    private func escaped(_ scalar: Unicode.Scalar) -> String { "\\u{\(String(scalar.value, radix: 16))}" }
}

extension Stray {
    public init(_ file: StrayFile) { self = file.stray }
}

extension StrayFile {
    fileprivate var stray: Stray {
        Stray(
            id: name, name: displayedName, what: kind.rawValue,
            inPlace: kind == .file ? "a file without a whole header" : "a \(kind.rawValue) in its place",
            layerID: layerID, isMovable: isNameable)
    }
}
