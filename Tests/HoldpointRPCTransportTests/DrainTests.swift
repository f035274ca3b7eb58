import HoldpointRPC
import HoldpointRPCTransport
import ProtobufC
import Testing

/// The server's orderly end.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DrainTests {
    @Test func announcesFinishesAndCloses() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send(.request(try Request(5, TestHandlers.wait.name, Metadata(key: "late"))))
            try await eventually("the handler did not start") { test.handlers.started.value == 1 }
            async let draining: Void = test.server.drain(within: .seconds(20))
            guard case .goAway(let goAway) = try await peer.answer() else {
                Issue.record("no GoAway")
                return
            }
            #expect(goAway.code == .shutdown)
            #expect(goAway.lastCallID == 5)
            try await peer.send(.request(try Request(6, TestHandlers.echo.name, Metadata())))
            #expect(try await peer.response().status?.code == .unavailable)
            test.handlers.gate.open()
            let response = try await peer.response()
            #expect(response.callID == 5)
            #expect(response.status?.code == .ok)
            #expect(try await peer.frame() == nil)
            await draining
            #expect(throws: SocketFailure.self) { try RawPeer(test.endpoint) }
        }
    }

    @Test func letsStreamsSayFarewell() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send(.request(try Request(1, TestHandlers.watch.name, Ping())))
            guard case .streamItem = try await peer.answer() else {
                Issue.record("no first item")
                return
            }
            async let draining: Void = test.server.drain(within: .seconds(20))
            guard case .goAway = try await peer.answer(), case .streamItem(let item) = try await peer.answer() else {
                Issue.record("no farewell")
                return
            }
            #expect(try Metadata(serialized: item.payload, from: .response).key == "farewell")
            let status = try await peer.response().status
            #expect(status?.code == .unavailable)
            #expect(status?.message == "position 7")
            await draining
        }
    }

    @Test func cutsStreamsThatDoNotEnd() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello(window: 65_536)
            // Waits for credit that never comes.
            try await peer.send(.request(try Request(1, TestHandlers.count.name, Ping(nonce: 1_000_000))))
            try await eventually("no item was sent") { test.handlers.itemsSent.value > 60 }
            async let draining: Void = test.server.drain(within: .seconds(20))
            var status: Status?
            while let kind = try await peer.answer() {
                if case .response(let response) = kind { status = response.status }
            }
            #expect(status?.code == .unavailable)
            await draining
        }
    }

    @Test func letsTransfersComeToTheirEnd() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello(window: 65_536)
            try await peer.send(.request(try Request(1, TestHandlers.transfer.name, Ping(nonce: 1_000))))
            try await eventually("no item was sent") { test.handlers.itemsSent.value > 60 }
            async let draining: Void = test.server.drain(within: .seconds(60))
            try await eventually("the server does not drain") { (try? RawPeer(test.endpoint)) == nil }
            // Longer than a stream without a natural end has.
            try await Task.sleep(for: TestServer.limits.streamFarewell * 3)
            try await peer.send(.windowUpdate(WindowUpdate(callID: 1, bytes: 1 << 30)))
            var items = 0
            var status: Status?
            while let kind = try await peer.answer() {
                if case .streamItem = kind { items += 1 }
                if case .response(let response) = kind { status = response.status }
            }
            #expect(items == 1_000)
            #expect(status?.code == .ok)
            await draining
        }
    }

    @Test func leavesNoConnectionThatComesWithTheEnd() async throws {
        for _ in 0..<30 {
            try await withServer { test in
                let peers = try (0..<4).map { _ in try RawPeer(test.endpoint) }
                await test.server.drain(within: .seconds(20))
                for peer in peers { while try await peer.frame() != nil {} }
            }
        }
    }

    @Test func abandonsWhatTakesTooLong() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send(.request(try Request(1, TestHandlers.sleep.name, Metadata())))
            try await eventually("the handler did not start") { test.handlers.started.value == 1 }
            await test.server.drain(within: .milliseconds(50))
            #expect(test.handlers.cancelled.value == 1)
            #expect(try await peer.goAway() == .shutdown)
        }
    }
}
