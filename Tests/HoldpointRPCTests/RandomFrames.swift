import HoldpointRPC

/// Generated `Frame` values of every kind.
extension SeededGenerator {
    mutating func frame() -> Frame {
        var frame = Frame()
        frame.kind = kind()
        return frame
    }

    private mutating func kind() -> Frame.Kind {
        switch Int.random(in: 0...9, using: &self) {
        case 0: .hello(hello())
        case 1: .request(request())
        case 2: .response(response())
        case 3: .streamItem(streamItem())
        case 4: .endOfStream(EndOfStream(callID: number()))
        case 5: .cancel(Cancel(callID: number()))
        case 6: .windowUpdate(WindowUpdate(callID: number(), bytes: number()))
        case 7: .ping(Ping(nonce: next()))
        case 8: .pong(Pong(nonce: UInt64(number())))
        default: .goAway(GoAway(lastCallID: number(), code: .idle, message: text(atMost: 9)))
        }
    }

    private mutating func hello() -> Hello {
        var hello = Hello()
        hello.protocolVersions = (0..<Int.random(in: 0...3, using: &self)).map { _ in number() }
        hello.software = text(atMost: 20)
        hello.maxFrameBytes = number()
        hello.features = [text(atMost: 3)]
        hello.token = text(atMost: 40)
        hello.initialStreamWindow = number()
        return hello
    }

    mutating func metadata() -> [Metadata] {
        (0..<Int.random(in: 0...3, using: &self)).map { _ in
            Metadata(key: text(atMost: 12), value: bytes(atMost: 20))
        }
    }

    mutating func request() -> Request {
        var request = Request()
        request.callID = number()
        request.method = text(atMost: 50)
        request.timeoutMs = number()
        request.metadata = metadata()
        request.payload = bytes(atMost: 300)
        return request
    }

    mutating func response() -> Response {
        var response = Response()
        response.callID = number()
        if Bool.random(using: &self) {
            var status = Status()
            status.code = .aborted
            status.message = text(atMost: 30)
            response.status = status
        } else {
            response.status = Status()
        }
        response.payload = bytes(atMost: 300)
        return response
    }

    private mutating func streamItem() -> StreamItem {
        StreamItem(callID: number(), payload: bytes(atMost: 300))
    }
}
