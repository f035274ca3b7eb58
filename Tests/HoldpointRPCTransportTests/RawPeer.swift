import Glibc
import HoldpointRPC
import HoldpointRPCTransport
import ProtobufC

struct SocketFailure: Error, CustomStringConvertible {
    let call: String
    let number = errno

    var description: String { "\(call): \(String(cString: strerror(number)))" }
}

struct TimeIsOver: Error {}

/// A socket without any protocol behind it: sends what a test likes, shows what comes. Never blocks a thread.
///
/// Unchecked: one task may send while another receives; sending touches nothing but the descriptor.
final class RawPeer: @unchecked Sendable {
    private let descriptor: Int32
    private var received: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var isAtEnd = false

    init(descriptor: Int32) throws {
        self.descriptor = descriptor
        guard fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else { throw SocketFailure(call: "fcntl") }
    }

    /// - Parameter isBlocking: wait for room in a Unix socket's queue, instead of failing.
    convenience init(_ endpoint: Endpoint, isBlocking: Bool = true) throws {
        let flags = isBlocking ? 0 : Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(endpoint.family, Int32(SOCK_STREAM.rawValue) | flags, 0)
        guard descriptor >= 0 else { throw SocketFailure(call: "socket") }
        guard endpoint.withAddress({ connect(descriptor, $0, $1) }) == 0 else {
            let failure = SocketFailure(call: "connect")
            Glibc.close(descriptor)
            throw failure
        }
        try self.init(descriptor: descriptor)
    }

    deinit {
        Glibc.close(descriptor)
    }

    // MARK: Sending

    /// Sends no more, and goes on receiving.
    func shutWriteSide() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    func send(_ bytes: [UInt8], within time: Duration = .seconds(20)) async throws {
        let deadline = ContinuousClock.now + time
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else {
                guard errno == EAGAIN else { throw SocketFailure(call: "send") }
                guard .now < deadline else { throw TimeIsOver() }
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    func send(_ kinds: Frame.Kind...) async throws {
        try await send(kinds.flatMap { try Self.bytes($0) })
    }

    func sendHello(token: String = "", window: UInt32 = 0, frameBytes: UInt32 = 0) async throws {
        try await send(
            .hello(Hello(protocolVersions: [1], maxFrameBytes: frameBytes, token: token, initialStreamWindow: window)))
    }

    /// A frame with its length.
    static func bytes(_ kind: Frame.Kind) throws -> [UInt8] {
        framed(try Frame(kind: kind).serialized())
    }

    static func framed(_ frame: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(frame.count).bigEndian) { Array($0) } + frame
    }

    // MARK: Receiving

    /// The next frame; nil when the peer has shut its side.
    func frame(within time: Duration = .seconds(20)) async throws -> Frame.Kind? {
        let deadline = ContinuousClock.now + time
        while true {
            if let bytes = takeFrame() { return try Frame(serialized: bytes, from: .response).kind }
            if isAtEnd { return nil }
            if try read() { continue }
            guard .now < deadline else { throw TimeIsOver() }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// The next frame that is no Hello and no Ping.
    func answer(within time: Duration = .seconds(20)) async throws -> Frame.Kind? {
        while let kind = try await frame(within: time) {
            switch kind {
            case .hello, .ping: continue
            default: return kind
            }
        }
        return nil
    }

    func response(within time: Duration = .seconds(20)) async throws -> Response {
        guard case .response(let response) = try await answer(within: time) else {
            throw SocketFailure(call: "response")
        }
        return response
    }

    /// Reads to the end and returns the GoAway's code.
    func goAway(within time: Duration = .seconds(20)) async throws -> GoAway.Code? {
        var code: GoAway.Code?
        while let kind = try await frame(within: time) {
            if case .goAway(let goAway) = kind { code = goAway.code }
        }
        return code
    }

    private func takeFrame() -> [UInt8]? {
        guard received.count >= 4 else { return nil }
        let length = received[..<4].reduce(0) { $0 << 8 | Int($1) }
        guard received.count >= 4 + length else { return nil }
        defer { received.removeFirst(4 + length) }
        return Array(received[4..<(4 + length)])
    }

    /// False: nothing is there yet.
    private func read() throws -> Bool {
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count > 0 {
            buffer.withUnsafeBytes { received.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            return true
        }
        if count == 0 || errno == ECONNRESET {
            isAtEnd = true
            return true
        }
        guard errno == EAGAIN else { throw SocketFailure(call: "recv") }
        return false
    }
}

/// A listening socket that accepts peers by hand: a server that misbehaves as a test likes.
final class RawListener {
    private let descriptor: Int32

    init(_ endpoint: Endpoint) throws {
        descriptor = socket(endpoint.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard endpoint.withAddress({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, 16) == 0 else {
            throw SocketFailure(call: "listen")
        }
    }

    deinit {
        Glibc.close(descriptor)
    }

    func accept(within time: Duration = .seconds(20)) async throws -> RawPeer {
        let deadline = ContinuousClock.now + time
        while true {
            let peer = Glibc.accept(descriptor, nil, nil)
            if peer >= 0 { return try RawPeer(descriptor: peer) }
            guard errno == EAGAIN else { throw SocketFailure(call: "accept") }
            guard .now < deadline else { throw TimeIsOver() }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}

extension Endpoint {
    var family: Int32 {
        if case .unix = self { AF_UNIX } else { AF_INET }
    }

    func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        switch self {
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            return Self.lend(&address, body)
        case .tcp(_, let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            return Self.lend(&address, body)
        }
    }

    private static func lend<Address>(
        _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
