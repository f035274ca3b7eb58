/// Why bytes are no frame. The connection ends with `PROTOCOL_ERROR`.
public enum FrameFault: Error, Hashable, Sendable, CustomStringConvertible {
    case truncated
    case varintOverflow
    case badTag
    case wrongWireType
    case twoKinds
    case duplicateMember
    case tooManyUnknownFields
    case tooManyFields
    case badText

    public var description: String {
        switch self {
        case .truncated: "the frame ends in the middle of a field"
        case .varintOverflow: "a varint in the frame is too long"
        case .badTag: "the frame has an impossible field number or wire type"
        case .wrongWireType: "a field of the frame has another wire type than declared"
        case .twoKinds: "the frame has more than one kind"
        case .duplicateMember: "a message in the frame is there twice"
        case .tooManyUnknownFields: "the frame has more than \(FrameReader.unknownFieldLimit) unknown fields"
        case .tooManyFields: "the frame has more than \(FrameReader.fieldLimit) fields"
        case .badText: "a string in the frame contains a NUL or is not UTF-8"
        }
    }
}
