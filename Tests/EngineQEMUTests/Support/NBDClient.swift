import Glibc

@testable import EngineQEMU

/// A small NBD client that waits for each answer. Source: NetworkBlockDevice, doc/proto.md.
final class NBDClient: Sendable {
    struct Failure: Error, Equatable {
        /// What the server answered, an errno value; nil: the connection ended.
        let code: UInt32?
    }

    private enum Command: UInt16 {
        case read, write, disconnect, flush
    }

    private let descriptor: Int32
    let size: UInt64

    init(socket: String, export: String) throws {
        let descriptor = try UnixSocket.connect(to: socket)
        _ = fcntl(descriptor, F_SETFL, 0)
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

    func write(_ bytes: [UInt8], at offset: UInt64) throws {
        _ = try perform(.write, offset: offset, count: bytes.count, sending: bytes)
    }

    func read(_ count: Int, at offset: UInt64) throws -> [UInt8] {
        try perform(.read, offset: offset, count: count)
    }

    func flush() throws {
        _ = try perform(.flush, offset: 0, count: 0)
    }

    /// Sends a write's header and the first of its bytes, and stops there.
    func beginWrite(byteCount: Int, sending count: Int) throws {
        try Self.send(request(.write, offset: 0, count: byteCount) + block(7, count: count), to: descriptor)
    }

    func continueWrite(sending count: Int) throws {
        try Self.send(block(7, count: count), to: descriptor)
    }

    /// Sends the rest of such a write, and waits for its answer.
    func finishWrite(remaining count: Int) throws {
        try Self.send(block(7, count: count), to: descriptor)
        _ = try Self.receive(16, from: descriptor)
    }

    /// Asks for bytes again and again and reads no answer.
    func askAndNeverRead(byteCount: Int, times: Int) throws {
        for _ in 0..<times { try Self.send(request(.read, offset: 0, count: byteCount), to: descriptor) }
    }

    /// Says goodbye, as a well-behaved client does.
    func disconnect() {
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

    private static func send(_ bytes: [UInt8], to descriptor: Int32) throws {
        guard case .taken = UnixSocket.write(bytes, to: descriptor) else { throw Failure(code: nil) }
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
func block(_ value: UInt8, count: Int = 4096) -> [UInt8] { [UInt8](repeating: value, count: count) }
