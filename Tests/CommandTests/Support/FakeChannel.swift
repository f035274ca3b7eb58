import HoldpointClient
import Synchronization

/// A channel that answers from a list, one call an entry, and records what was asked.
final class FakeChannel: RPCChannel {
    typealias Answer = Result<[UInt8], RPCError>

    private struct State {
        var answers: [Answer]
        var calls: [(method: String, payload: [UInt8])] = []
    }

    private let state: Mutex<State>

    init(_ answers: [Answer]) {
        state = Mutex(State(answers: answers))
    }

    var methods: [String] {
        state.withLock { $0.calls.map { String($0.method.drop { $0 != "/" }.dropFirst()) } }
    }

    func request<Request: ProtobufMessage>(_ index: Int, as type: Request.Type = Request.self) throws -> Request {
        try Request(serialized: state.withLock { $0.calls[index].payload }, from: .request)
    }

    func unary(method: String, payload: [UInt8], options: CallOptions) async throws(RPCError) -> [UInt8] {
        try next(method, payload).get()
    }

    func serverStreaming(method: String, payload: [UInt8], options: CallOptions) -> ResponseBytes {
        switch next(method, payload) {
        case .success(let bytes): ResponseBytes { () throws(RPCError) in FakeStream(bytes) }
        case .failure(let error): ResponseBytes(failed: error)
        }
    }

    private func next(_ method: String, _ payload: [UInt8]) -> Answer {
        state.withLock { state in
            state.calls.append((method, payload))
            guard !state.answers.isEmpty else {
                return .failure(RPCError(.`internal`, "one call too many: \(method)"))
            }
            return state.answers.removeFirst()
        }
    }

    static func answer(_ message: some ProtobufMessage) -> Answer {
        Result { () throws(MessageError) in try message.serialized() }
            .mapError { RPCError(.`internal`, $0.description) }
    }

    static func fail(_ code: Status.Code, reason: String = "", operationID: String = "") -> Answer {
        .failure(RPCError(code, "no", reason: reason, operationID: operationID))
    }

    /// A stream of these items, which then ends, or else breaks.
    static func stream(_ items: [some ProtobufMessage], ends: Bool = false) -> Answer {
        let stream: Answer = items.reduce(.success([])) { bytes, item in
            bytes.flatMap { bytes in answer(item).map { bytes + [UInt8($0.count)] + $0 } }
        }
        return ends ? stream.map { $0 + [0] } : stream
    }

    func clientStreaming(
        method: String, options: CallOptions, _ produce: @escaping RequestProducer
    ) async throws -> [UInt8] {
        throw RPCError(.unimplemented, "no command streams requests")
    }

    func bidirectional(
        method: String, options: CallOptions, _ produce: @escaping RequestProducer
    ) -> ResponseBytes {
        ResponseBytes(failed: RPCError(.unimplemented, "no command streams requests"))
    }
}

/// Items with a byte of length before each; one of none is the end.
private final class FakeStream: ResponseSource {
    private let rest: Mutex<ArraySlice<UInt8>>

    init(_ bytes: [UInt8]) {
        rest = Mutex(bytes[...])
    }

    func next() async throws(RPCError) -> [UInt8]? {
        let item: [UInt8]? = rest.withLock { rest in
            guard let count = rest.popFirst() else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return Array(rest.prefix(Int(count)))
        }
        guard let item else { throw RPCError(.unavailable, "the connection broke") }
        return item.isEmpty ? nil : item
    }

    func cancel() {}
}
