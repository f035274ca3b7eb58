import HoldpointRPC
import HoldpointRPCTransport
import ProtobufC
import Testing

/// Calls on a raw connection: what the server answers, and when.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ServerCallTests {
    @Test func answersEveryTruncationOfAPayload() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            let payload = try Metadata(key: "abc", value: [1, 2, 3]).serialized()
            for count in 0...payload.count {
                let bytes = Array(payload[..<count])
                let isWhole = (try? Metadata(serialized: bytes, from: .request)) != nil
                try await peer.send(
                    .request(Request(callID: UInt32(count + 1), method: TestHandlers.echo.name, payload: bytes)))
                let response = try await peer.response()
                #expect(response.callID == UInt32(count + 1))
                #expect(response.status?.code == (isWhole ? .ok : .invalidArgument))
                if !isWhole { #expect(response.status?.message.isEmpty == false) }
            }
        }
    }

    @Test func takesAFrameOfTheLimitAndNoByteMore() async throws {
        var limits = TestServer.limits
        limits.frameBytes = 128 << 10
        try await withServer(limits: limits) { test in
            for (excess, isTaken) in [(0, true), (1, false)] {
                let peer = try RawPeer(test.endpoint)
                try await peer.sendHello()
                func frame(valueByteCount: Int) throws -> [UInt8] {
                    let message = Metadata(key: "", value: .init(repeating: 1, count: valueByteCount))
                    return try Frame(kind: .request(try Request(1, TestHandlers.echo.name, message))).serialized()
                }
                let overhead = try frame(valueByteCount: 130_000).count - 130_000
                let frame = try frame(valueByteCount: limits.frameBytes - overhead + excess)
                #expect(frame.count == limits.frameBytes + excess)
                try await peer.send(RawPeer.framed(frame))
                if isTaken {
                    #expect(try await peer.response().status?.code == .ok)
                } else {
                    #expect(try await peer.goAway() == .frameTooLarge)
                }
            }
        }
    }

    @Test func refusesAnAnswerOverTheClientsLimit() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello(frameBytes: 65_536)
            try await peer.send(.request(try Request(1, TestHandlers.large.name, Ping(nonce: 65_000))))
            #expect(try await peer.response().status?.code == .ok)
            try await peer.send(.request(try Request(2, TestHandlers.large.name, Ping(nonce: 65_536))))
            let response = try await peer.response()
            #expect(response.status?.code == .resourceExhausted)
            #expect(response.status?.reason == RPCReason.responseTooLarge)
        }
    }

    @Test func answersUnknownMethodsAndStreams() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send(.request(Request(callID: 1, method: "test.Echo/No")))
            #expect(try await peer.response().status?.code == .unimplemented)
            try await peer.send(.request(Request(callID: 2, method: TestHandlers.echo.name, streaming: true)))
            #expect(try await peer.response().status?.code == .unimplemented)
        }
    }

    @Test func passesTheStatusOfAFailedCall() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send(.request(try Request(1, TestHandlers.echo.name, Metadata(key: "fail"))))
            #expect(try await peer.response().status == RPCError(.aborted, "no", reason: "RESOURCE_BUSY").status)
        }
    }

    @Test func endsCallsAtTheirDeadline() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send(.request(try Request(1, TestHandlers.sleep.name, Metadata(), timeoutMilliseconds: 30)))
            #expect(try await peer.response().status?.code == .deadlineExceeded)
            try await eventually("the handler was not cancelled") { test.handlers.cancelled.value == 1 }
        }
    }

    @Test func freesASlotOnlyWhenTheHandlerHasEnded() async throws {
        var limits = TestServer.limits
        limits.calls = 1
        try await withServer(limits: limits) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send(.request(try Request(1, TestHandlers.wait.name, Metadata())))
            try await eventually("the handler did not start") { test.handlers.started.value == 1 }
            try await peer.send(.cancel(Cancel(callID: 1)))
            #expect(try await peer.response().status?.code == .cancelled)
            try await peer.send(.request(try Request(2, TestHandlers.echo.name, Metadata())))
            #expect(try await peer.response().status?.reason == RPCReason.overloaded)
            test.handlers.gate.open()
            try await eventually("the handler did not end") { test.handlers.ended.value == 1 }
            var callID: UInt32 = 3
            var code: Status.Code?
            while code != .ok, callID < 1_000 {
                try await peer.send(.request(try Request(callID, TestHandlers.echo.name, Metadata())))
                code = try await peer.response().status?.code
                callID += 1
            }
            #expect(code == .ok)
        }
    }

    @Test func answersEveryCallOfAFloodOfCancelledOnesOnce() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            let count: UInt32 = 5_000
            var bytes: [UInt8] = []
            for callID in 1...count {
                bytes += try RawPeer.bytes(.request(try Request(callID, TestHandlers.sleep.name, Metadata())))
                bytes += try RawPeer.bytes(.cancel(Cancel(callID: callID)))
            }
            async let sending: Void = peer.send(bytes)
            var answered = Set<UInt32>()
            while answered.count < count {
                let response = try await peer.response()
                #expect(answered.insert(response.callID).inserted == true)
                let code = response.status?.code
                #expect(code == .cancelled || code == .resourceExhausted)
            }
            try await sending
            try await eventually("cancelled handlers still run") {
                test.handlers.cancelled.value == test.handlers.started.value
            }
        }
    }

    @Test func goesOnWhenMemoryOfTheProcessIsFree() async throws {
        var limits = TestServer.limits
        limits.processReceivedBytes = 100_000
        try await withServer(limits: limits) { test in
            let message = Metadata(key: "", value: .init(repeating: 0, count: 150_000))
            let holder = try RawPeer(test.endpoint)
            try await holder.sendHello()
            try await holder.send(.request(try Request(1, TestHandlers.wait.name, message)))
            try await eventually("the handler did not start") { test.handlers.started.value == 1 }
            let other = try RawPeer(test.endpoint)
            try await other.sendHello()
            async let sending: Void = other.send(
                .request(try Request(1, TestHandlers.large.name, Ping(nonce: 1))),
                .request(try Request(2, TestHandlers.echo.name, message)))
            #expect(try await other.response().status?.code == .ok)
            test.handlers.gate.open()
            #expect(try await holder.response().status?.code == .ok)
            #expect(try await other.response().status?.code == .ok)
            try await sending
        }
    }

    @Test func endsTheConnectionsOfARevokedCredential() async throws {
        try await withServer { test in
            let known = try RawPeer(test.endpoint)
            let revoked = try RawPeer(test.endpoint)
            try await known.sendHello()
            try await revoked.sendHello(token: "secret")
            for peer in [known, revoked] {
                try await peer.send(.request(try Request(1, TestHandlers.watch.name, Ping())))
                guard case .streamItem = try await peer.answer() else {
                    Issue.record("no first item")
                    return
                }
            }
            test.server.disconnect { $0.principal == "token" }
            #expect(try await revoked.goAway() == .unauthenticated)
            try await eventually("the handler did not end") { test.handlers.ended.value == 1 }
            try await known.send(.request(try Request(2, TestHandlers.echo.name, Metadata())))
            #expect(try await known.response().callID == 2)
        }
    }

    @Test func takesNoRequestsWhileItsAnswersAreNotRead() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            let count: UInt32 = 400
            for callID in 1...count {
                try await peer.send(.request(try Request(callID, TestHandlers.large.name, Ping(nonce: 20_000))))
            }
            try await eventually("not even 1 MiB of answers") { test.handlers.started.value >= 50 }
            // 1 MiB, and what the system's socket buffers take.
            #expect(try await settled { test.handlers.started.value } < 120)
            // Control frames are handled: a call that has not started is cancelled without running.
            try await peer.send(.cancel(Cancel(callID: count)))
            var codes: [UInt32: Status.Code] = [:]
            for _ in 1...count {
                let response = try await peer.response()
                codes[response.callID] = response.status?.code
            }
            #expect(codes[count] == .cancelled)
            #expect(codes.values.filter { $0 == .ok }.count == Int(count) - 1)
            #expect(test.handlers.started.value == Int(count) - 1)
        }
    }

    @Test func knowsWhoCalls() async throws {
        try await withServer { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.send(.hello(Hello(protocolVersions: [1], project: "blue")))
            try await peer.send(.request(try Request(1, TestHandlers.echo.name, Metadata(key: "caller"))))
            let answer = try Metadata(serialized: try await peer.response().payload, from: .response)
            #expect(answer.key == "local unix:\(currentUserID()) blue")
        }
    }

    @Test func wantsACredentialButForHealth() async throws {
        try await withServer(tcp: true) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.sendHello()
            try await peer.send(.request(try Request(1, TestHandlers.echo.name, Metadata())))
            #expect(try await peer.response().status?.code == .unauthenticated)
            try await peer.send(.request(try Request(2, TestHandlers.check.name, Ping(nonce: 3))))
            #expect(try await peer.response().status?.code == .ok)
            let known = try RawPeer(test.endpoint)
            try await known.sendHello(token: "secret")
            try await known.send(.request(try Request(1, TestHandlers.echo.name, Metadata(key: "caller"))))
            let answer = try Metadata(serialized: try await known.response().payload, from: .response)
            #expect(answer.key.hasPrefix("token tcp:127.0.0.1:"))
            let wrong = try RawPeer(test.endpoint)
            try await wrong.sendHello(token: "guess")
            #expect(try await wrong.goAway() == .unauthenticated)
        }
    }

    @Test func keepsRequestsUntilTheCredentialIsChecked() async throws {
        try await withServer(credentials: TestCredentials(delay: .milliseconds(50))) { test in
            let peer = try RawPeer(test.endpoint)
            try await peer.send(
                .hello(Hello(protocolVersions: [1])), .request(try Request(1, TestHandlers.echo.name, Metadata())),
                .request(try Request(2, TestHandlers.echo.name, Metadata())))
            guard case .hello = try await peer.frame() else {
                Issue.record("the Hello is not the first frame")
                return
            }
            #expect(try await peer.response().callID == 1)
            #expect(try await peer.response().callID == 2)
        }
    }
}
