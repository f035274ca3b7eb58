import SwiftProtobufPluginLibrary

/// One service: what a server implements, its methods, what a client calls.
///
/// - Parameter imports: modules of its messages beside its own.
func serviceText(_ service: ServiceDescriptor, imports: [String] = []) -> SourceText {
    var text = SourceText(marked: ())
    for module in imports { text.line("public import \(module)") }
    text.line("public import HoldpointRPC")
    text.line()
    text.handler(service)
    text.line()
    text.registration(service)
    text.line()
    text.methods(service)
    text.line()
    text.client(service)
    return text
}

extension SourceText {
    fileprivate mutating func handler(_ service: ServiceDescriptor) {
        documentation(of: service, named: service.fullName, fallback: "`\(service.fullName)`.")
        block("public protocol \(service.name)Handler: RPCService") { text in
            for (index, method) in service.methods.enumerated() {
                if index > 0 { text.line() }
                text.documentation(of: method, named: method.fullName)
                let tail = method.serverStreaming ? ") async throws" : ") async throws -> \(method.outputType.name)"
                let stream = method.serverStreaming ? [method.responsesParameter] : []
                let arguments = [method.requestParameter, "context: CallContext"] + stream
                text.line("func \(method.swiftName)(")
                text.line("    \(arguments.joined(separator: ", "))")
                text.line(tail)
            }
        }
    }

    fileprivate mutating func registration(_ service: ServiceDescriptor) {
        block("extension \(service.name)Handler") { text in
            text.line("/// Adds every method of the service to a router.")
            text.block("public func register(in router: inout Router)") { text in
                for method in service.methods {
                    let stream = method.serverStreaming ? ", responses: $2" : ""
                    text.block("router.\(method.kind)(\(method.tableName))") { text in
                        text.line("try await self.\(method.swiftName)($0, context: $1\(stream))")
                    }
                }
            }
        }
    }

    fileprivate mutating func methods(_ service: ServiceDescriptor) {
        line("/// The methods of `\(service.fullName)`.")
        block("public enum \(service.name)Methods") { text in
            for method in service.methods {
                let kind = SwiftName.capitalized(method.kind) + "Method"
                text.line("public static let \(method.swiftName) =")
                text.line("    \(kind)<\(method.inputType.name), \(method.outputType.name)>(")
                text.line("        \"\(service.fullName)/\(method.name)\", \(method.optionsText))")
            }
        }
    }

    fileprivate mutating func client(_ service: ServiceDescriptor) {
        line("/// Calls `\(service.fullName)` over a channel.")
        block("public struct \(service.name)Client: Sendable") { text in
            text.line("private let channel: any RPCChannel")
            text.line()
            text.block("public init(_ channel: any RPCChannel)") { $0.line("self.channel = channel") }
            for method in service.methods {
                text.line()
                text.documentation(of: method, named: method.fullName)
                text.call(method)
            }
        }
    }

    private mutating func call(_ method: MethodDescriptor) {
        let response = method.outputType.name
        line("public func \(method.swiftName)(")
        let options = "options: CallOptions = CallOptions()"
        let result =
            method.serverStreaming
            ? "-> ResponseSequence<\(response)>"
            : method.clientStreaming ? "async throws -> \(response)" : "async throws(RPCError) -> \(response)"
        let call = (method.serverStreaming ? "" : "try await ") + "channel.\(method.kind)"
        if method.clientStreaming {
            line("    \(options),")
            line("    _ produce: @escaping @Sendable (RequestStream<\(method.inputType.name)>) async throws -> Void")
            block(") \(result)") { $0.line("\(call)(\(method.tableName), options: options, produce)") }
        } else {
            line("    _ request: \(method.inputType.name), \(options)")
            block(") \(result)") { $0.line("\(call)(\(method.tableName), request, options: options)") }
        }
    }
}

extension MethodDescriptor {
    fileprivate var swiftName: String { SwiftName.method(name) }
    fileprivate var tableName: String { "\(service.name)Methods.\(swiftName)" }
    /// Of channels, routers and types of methods.
    fileprivate var kind: String {
        switch (clientStreaming, serverStreaming) {
        case (false, false): "unary"
        case (false, true): "serverStreaming"
        case (true, false): "clientStreaming"
        case (true, true): "bidirectional"
        }
    }

    fileprivate var requestParameter: String {
        clientStreaming ? "_ requests: RequestSequence<\(inputType.name)>" : "_ request: \(inputType.name)"
    }

    fileprivate var responsesParameter: String { "responses: ResponseStream<\(outputType.name)>" }
}
