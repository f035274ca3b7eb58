import Foundation
import Glibc
import HoldpointRPC
import HoldpointRPCTransport
import Testing

func currentUserID() -> UInt32 { getuid() }

@Suite(.serialized, .timeLimit(.minutes(2))) struct EndpointTests {
    @Test func readsEndpoints() throws {
        #expect(try Endpoint(parsing: "unix:/run/x.sock") == .unix(path: "/run/x.sock"))
        #expect(try Endpoint(parsing: "tcp://127.0.0.1:80") == .tcp(host: "127.0.0.1", port: 80))
        #expect(try Endpoint(parsing: "tcp://[::1]:65535") == .tcp(host: "::1", port: 65_535))
        for text in [
            "", "unix:", "tcp://", "tcp://a", "tcp://:1", "tcp://a:65536", "tcp://a:-1", "tcp://::1:80", "http://a:1",
        ] {
            #expect(throws: EndpointError.notAnEndpoint(text)) { try Endpoint(parsing: text) }
        }
        for text in ["unix:/run/x.sock", "tcp://127.0.0.1:80", "tcp://[::1]:65535"] {
            #expect(try Endpoint(parsing: text).description == text)
        }
    }

    @Test func makesTheSocketFileAndRemovesIt() async throws {
        try await withFolder { folder in
            let path = folder + "/socket"
            let test = try await TestServer.start(on: .unix(path: path))
            var status = stat()
            #expect(lstat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o660)
            await test.stop()
            #expect(lstat(path, &status) != 0)
        }
    }

    @Test func replacesAStaleSocketButNoLiveOne() async throws {
        try await withFolder { folder in
            let endpoint = Endpoint.unix(path: folder + "/socket")
            // Closed without being removed, as after a crash.
            _ = try RawListener(endpoint)
            let test = try await TestServer.start(on: endpoint)
            await #expect(throws: EndpointError.inUse(folder + "/socket")) { try await TestServer.start(on: endpoint) }
            let peer = try RawPeer(endpoint)
            try await peer.sendHello()
            #expect(try await peer.frame() != nil)
            await test.stop()
        }
    }

    @Test func leavesOtherFilesAlone() async throws {
        try await withFolder { folder in
            let path = folder + "/file"
            try Data("keep".utf8).write(to: URL(fileURLWithPath: path))
            await #expect(throws: EndpointError.notASocket(path)) { try await TestServer.start(on: .unix(path: path)) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "keep")
        }
    }

    @Test func servesLoopbackOnly() async {
        await #expect(throws: EndpointError.notLoopback("0.0.0.0")) {
            try await TestServer.start(on: .tcp(host: "0.0.0.0", port: 0))
        }
    }
}
