internal import Glibc

/// A small NBD client that waits for each answer. Source: NetworkBlockDevice, doc/proto.md.
public final class NBDClient: Sendable {
    public struct Failure: Error, Equatable {
        /// What the server answered, an errno value; nil: the connection ended.
        public let code: UInt32?
    }

    private enum Command: UInt16 {
        case read, write, disconnect, flush
    }

    private let descriptor: Int32
    public let size: UInt64

    /// - Throws: `Failure` if nobody listens there, or serves no such export.
    public init(socket: String, export: String) throws {
        let descriptor = try Self.connect(to: socket)
        self.descriptor = descriptor
        do {
            _ = try Self.receive(18, from: descriptor)  // magic, option magic, flags
            var request = Bytes()
            request.append(UInt32(3))  // fixed newstyle, no zeroes
            request.append(UInt64(0x4948_4156_454F_5054))  // IHAVEOPT
            request.append(UInt32(1))  // the export's name, which ends the negotiation
            request.append(UInt32(export.utf8.count))
            try Self.send(request.bytes + Array(export.utf8), to: descriptor)
            size = try Self.receive(10, from: descriptor).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    deinit { Glibc.close(descriptor) }

    public func write(_ bytes: [UInt8], at offset: UInt64) throws {
        _ = try perform(.write, offset: offset, count: bytes.count, sending: bytes)
    }

    public func read(_ count: Int, at offset: UInt64) throws -> [UInt8] {
        try perform(.read, offset: offset, count: count)
    }

    public func flush() throws {
        _ = try perform(.flush, offset: 0, count: 0)
    }

    /// Sends a write's header and the first of its bytes, and stops there.
    public func beginWrite(byteCount: Int, sending count: Int) throws {
        try Self.send(request(.write, offset: 0, count: byteCount) + block(7, count: count), to: descriptor)
    }

    public func continueWrite(sending count: Int) throws {
        try Self.send(block(7, count: count), to: descriptor)
    }

    /// Sends the rest of such a write, and waits for its answer.
    public func finishWrite(remaining count: Int) throws {
        try Self.send(block(7, count: count), to: descriptor)
        _ = try Self.receive(16, from: descriptor)
    }

    /// Asks for bytes again and again and reads no answer.
    public func askAndNeverRead(byteCount: Int, times: Int) throws {
        for _ in 0..<times { try Self.send(request(.read, offset: 0, count: byteCount), to: descriptor) }
    }

    /// Says goodbye, as a well-behaved client does.
    public func disconnect() {
        try? Self.send(request(.disconnect, offset: 0, count: 0), to: descriptor)
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func perform(_ command: Command, offset: UInt64, count: Int, sending data: [UInt8] = []) throws -> [UInt8] {
        try Self.send(request(command, offset: offset, count: count) + data, to: descriptor)
        let reply = try Self.receive(16, from: descriptor)
        let code = reply[4..<8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard code == 0 else { throw Failure(code: code) }
        return command == .read ? try Self.receive(count, from: descriptor) : []
    }

    private func request(_ command: Command, offset: UInt64, count: Int) -> [UInt8] {
        var request = Bytes()
        request.append(UInt32(0x2560_9513))
        request.append(UInt16(0))
        request.append(command.rawValue)
        request.append(UInt64(0))
        request.append(offset)
        request.append(UInt32(count))
        return request.bytes
    }

    private static func connect(to path: String) throws -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // One byte stays 0: the end of the path.
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Failure(code: UInt32(ENAMETOOLONG))
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let result = withUnsafePointer(to: &address) { pointer in
            // sockaddr_un is one of the shapes that a sockaddr stands for.
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            let code = UInt32(bitPattern: errno)
            close(descriptor)
            throw Failure(code: code)
        }
        return descriptor
    }

    private static func send(_ bytes: [UInt8], to descriptor: Int32) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(descriptor, buffer.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(code: nil) }
            sent += count
        }
    }

    private static func receive(_ count: Int, from descriptor: Int32) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let length = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress.map { $0 + received }, count - received, 0)
            }
            guard length > 0 else { throw Failure(code: nil) }
            received += length
        }
        return bytes
    }

    private struct Bytes {
        var bytes: [UInt8] = []

        mutating func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
        }
    }
}

/// A block of one byte's repetitions, as tests write it.
public func block(_ value: UInt8, count: Int = 4096) -> [UInt8] { [UInt8](repeating: value, count: count) }
