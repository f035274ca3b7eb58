/// A method found by its name, to be called with JSON.
public struct RawMethod: Sendable {
    /// Full name: `holdpoint.v1.VolumeService/CreateVolume`.
    public let name: String
    let info: MethodInfo

    /// - Parameter name: the full name, or without the package: `VolumeService/CreateVolume`.
    /// - Returns: nil if this version of the client knows no such method.
    public init?(named name: String) {
        for service in HoldpointAPI.services {
            for method in service.methods {
                let full = method.name.contains("/") ? method.name : "\(service.name)/\(method.name)"
                guard full == name || full.hasSuffix(".\(name)") else { continue }
                self.name = full
                info = method
                return
            }
        }
        return nil
    }

    /// All full names, in alphabetical order.
    public static var names: [String] {
        HoldpointAPI.services.flatMap { service in
            service.methods.map { $0.name.contains("/") ? $0.name : "\(service.name)/\($0.name)" }
        }.sorted()
    }

    /// Whether the answer is a stream.
    public var isStreaming: Bool { info.serverStreaming }

    /// Whether it certainly changes nothing: the standard methods that read (AIP-131, AIP-132).
    public var onlyReads: Bool {
        let method = name.drop { $0 != "/" }.dropFirst()
        return method.hasPrefix("Get") || method.hasPrefix("List")
    }

    /// Whether the request has an id that makes it safe to repeat.
    public var takesRequestID: Bool {
        (try? DynamicMessage.serialize(json: #"{"requestId":"-"}"#, as: info.request)) != nil
    }
}

extension HoldpointClient {
    /// Calls any method with a request as JSON.
    ///
    /// - Parameters:
    ///   - json: proto3 JSON of the request.
    ///   - receive: called with each answer as JSON on one line; once unless the method streams. Throwing ends the
    ///     call.
    /// - Throws: `INVALID_ARGUMENT` for JSON that is not the method's request; the call's status; what `receive`
    ///   throws.
    public func call(
        _ method: RawMethod, json: String, options: CallOptions = CallOptions(), receive: (String) throws -> Void
    ) async throws {
        let payload = try method.payload(json)
        guard method.info.serverStreaming else {
            return try receive(
                try method.json(await channel.unary(method: method.name, payload: payload, options: options)))
        }
        for try await item in channel.serverStreaming(method: method.name, payload: payload, options: options) {
            try receive(try method.json(item))
        }
    }
}

extension RawMethod {
    fileprivate func payload(_ json: String) throws(RPCError) -> [UInt8] {
        do {
            return try DynamicMessage.serialize(json: json, as: info.request)
        } catch {
            throw RPCError(.invalidArgument, "the JSON is not a \(info.request.name): \(error.description)")
        }
    }

    fileprivate func json(_ answer: [UInt8]) throws(RPCError) -> String {
        do {
            return try DynamicMessage.json(serialized: answer, as: info.response, pretty: false)
        } catch {
            throw RPCError(.internal, "the answer cannot be read: \(error.description)")
        }
    }
}
