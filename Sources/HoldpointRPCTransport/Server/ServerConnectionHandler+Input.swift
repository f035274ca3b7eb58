internal import HoldpointRPC
internal import NIOCore

extension ServerConnectionHandler {
    /// Takes every whole frame that has arrived.
    func parse() {
        guard !isParsing, !isAuthenticating, phase == .active else { return }
        isParsing = true
        var bytes = input.take()
        let consumed = bytes.withUnsafeReadableBytes { takeFrames($0) }
        isParsing = false
        guard phase == .active else { return }
        bytes.moveReaderIndex(forwardBy: consumed)
        input.restore(bytes)
        accountForInput()
    }

    /// Safe: the memory is NIO's, lent for this call; frames are views into it that no handler gets to see.
    private func takeFrames(_ bytes: UnsafeRawBufferPointer) -> Int {
        var consumed = 0
        while phase == .active, !isAuthenticating {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[consumed...])
            switch FrameLength.read(rest, limit: state.frameByteLimit) {
            case .incomplete:
                return consumed
            case .empty:
                end(ConnectionFault(.protocolError, "a frame of length 0"))
            case .tooLarge:
                end(ConnectionFault(.frameTooLarge, "a frame over \(state.frameByteLimit) bytes"))
            case .frame(let byteCount):
                let whole = FrameLength.byteCount + byteCount
                guard rest.count >= whole else { return consumed }
                take(UnsafeRawBufferPointer(rebasing: rest[FrameLength.byteCount..<whole]))
                consumed += whole
            }
        }
        return consumed
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        do throws(FrameFault) {
            let frame = try FrameParser.parse(bytes)
            do throws(ConnectionFault) {
                try act(on: frame, bytes: bytes)
            } catch {
                end(error)
            }
        } catch {
            end(ConnectionFault(.protocolError, error.description))
        }
    }

    private func act(on frame: IncomingFrame, bytes: UnsafeRawBufferPointer) throws(ConnectionFault) {
        switch try state.receive(frame, frameByteCount: bytes.count, now: loop.now) {
        case .none:
            break
        case .start(let callID):
            if case .request(let request) = frame { start(callID, request, frame: bytes) }
        case .refuse(let callID, let error):
            append(response(callID, failure: error.status))
        case .cancel(let callID):
            interrupt(callID, .cancelled)
        case .resume(let callID):
            resumeItems(of: callID)
        case .item(let callID):
            if case .streamItem(_, let payload) = frame { requests[callID]?.push(Array(payload)) }
        case .endOfRequests(let callID):
            requests[callID]?.finish(nil)
        case .pong(let nonce):
            append(.pong(nonce: nonce))
        case .authenticate(let token, let project):
            authenticate(token: token, project: project)
        }
    }

    /// Starts a request now, or keeps it until the peer has read what waits for it.
    private func start(_ callID: UInt32, _ request: IncomingRequest, frame: UnsafeRawBufferPointer) {
        if request.isStreaming { requests[callID] = requestQueue(of: callID) }
        if isCongested || !deferred.isEmpty {
            deferred.append(DeferredRequest(callID: callID, frame: Array(frame), arrival: loop.now))
        } else {
            begin(callID, request, arrival: loop.now)
        }
    }

    /// Starts the requests that were kept, as far as the output allows.
    func startDeferred() {
        while !deferred.isEmpty, !isCongested, phase == .active {
            let request = deferred.removeFirst()
            request.frame.withUnsafeBytes { bytes in
                // Parsed before, so it parses again.
                guard let frame = try? FrameParser.parse(bytes), case .request(let content) = frame else { return }
                begin(request.callID, content, arrival: request.arrival)
            }
        }
    }

    /// Whether a limit on received bytes, or the check of the credential, stops reading.
    var isReadingPaused: Bool {
        guard phase == .active else { return false }
        if isAuthenticating { return true }
        // Without live requests only this frame's rest can free memory, so it must be read.
        if heldBytes > limits.receivedBytesPerConnection && state.liveCallCount > 0 { return true }
        return memoryStallDeadline != nil
    }

    private var heldBytes: Int { input.byteCount + state.liveRequestBytes }

    /// Reports to the process' total what this connection holds, and pauses or resumes reading.
    func accountForInput() {
        let held = phase == .active ? heldBytes : 0
        if held != reportedBytes {
            shared.receivedBytes.add(held - reportedBytes, ordering: .relaxed)
            reportedBytes = held
        }
        if held > 0, memoryStallDeadline == nil, shared.isOverMemory { waitForMemory() }
        resumeReading()
    }

    private func resumeReading() {
        guard isReadHeld, !isReadingPaused else { return }
        isReadHeld = false
        context?.read()
    }

    private func waitForMemory() {
        memoryStallDeadline = loop.now + limits.memoryStall
        scheduleMemoryCheck()
    }

    private func scheduleMemoryCheck() {
        memoryTimer = loop.timers.schedule(after: .milliseconds(50)) { self.checkMemory() }
    }

    private func checkMemory() {
        guard phase == .active, let deadline = memoryStallDeadline else { return }
        if !shared.isOverMemory {
            memoryStallDeadline = nil
            resumeReading()
        } else if loop.now >= deadline {
            end(ConnectionFault(.enhanceYourCalm, "the server holds as many received bytes as it may"))
        } else {
            scheduleMemoryCheck()
        }
    }
}
