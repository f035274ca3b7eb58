internal import Engine

/// What is sent to a QMP server.
struct QMPCommand {
    let name: String
    let arguments: JSONValue
    let id: Int64

    /// The command as one line, as short as can be: QEMU 7.2 reads its monitor a byte at a time, some 3 us each.
    var line: [UInt8]? {
        var message: [String: JSONValue] = ["execute": .string(name), "id": .integer(id)]
        if arguments != [:] { message["arguments"] = arguments }
        return JSONValue.object(message).line.map { $0 + [UInt8(ascii: "\n")] }
    }
}

/// One line that a QMP server sends. Source: QEMU, docs/interop/qmp-spec.txt.
enum QMPMessage: Hashable, Sendable {
    case greeting
    case result(id: Int64, JSONValue)
    case failure(id: Int64, QMPFailure)
    case event(QMPEvent)

    /// - Returns: nil if the line is none of these.
    init?(line: some Sequence<UInt8>) {
        guard let value = JSONParser.value(of: Array(line)) else { return nil }
        if value["QMP"] != nil {
            self = .greeting
        } else if let name = value["event"]?.string {
            self = .event(QMPEvent(name: name, data: value["data"] ?? [:]))
        } else if let id = value["id"]?.integer, let result = value["return"] {
            self = .result(id: id, result)
        } else if let id = value["id"]?.integer, let description = value["error"]?["desc"]?.string {
            self = .failure(id: id, QMPFailure(description: description))
        } else {
            return nil
        }
    }
}

/// What a command was refused with.
struct QMPFailure: Hashable, Sendable {
    let description: String

    func error(of command: String) -> EngineError {
        EngineError(FullStorage.isMeant(by: description) ? .storageFull : .failed, "\(command): \(description)")
    }
}

struct QMPEvent: Hashable, Sendable {
    let name: String
    let data: JSONValue

    /// Whether this is the event that is waited for: the same name, and at least the pattern's data.
    func matches(_ pattern: QMPEvent) -> Bool {
        guard name == pattern.name, case .object(let members) = pattern.data else { return false }
        return members.allSatisfy { data[$0.key] == $0.value }
    }
}

/// Cuts a stream of bytes into messages.
struct QMPLineReader {
    /// A listing of thousands of nodes is some megabytes long.
    static let maximumLineByteCount = 16 << 20

    private var buffer: [UInt8] = []
    /// Bytes at the beginning of the buffer that hold no end of line.
    private var searchedByteCount = 0

    /// Takes bytes in.
    ///
    /// - Returns: the messages that are complete now.
    /// - Throws: `.serverLost` if the peer does not speak QMP; nothing more may be read then.
    mutating func receive(_ bytes: some Sequence<UInt8>) throws(EngineError) -> [QMPMessage] {
        buffer.append(contentsOf: bytes)
        var messages: [QMPMessage] = []
        var start = 0
        while let end = buffer[max(start, searchedByteCount)...].firstIndex(of: UInt8(ascii: "\n")) {
            guard let message = QMPMessage(line: buffer[start..<end]) else {
                throw EngineError(.serverLost, "the process's monitor does not speak QMP")
            }
            messages.append(message)
            start = end + 1
            searchedByteCount = start
        }
        buffer.removeFirst(start)
        searchedByteCount = buffer.count
        guard buffer.count <= Self.maximumLineByteCount else {
            throw EngineError(.serverLost, "the process's monitor sends a line without end")
        }
        return messages
    }
}
