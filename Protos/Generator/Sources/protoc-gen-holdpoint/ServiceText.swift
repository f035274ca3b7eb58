import SwiftProtobufPluginLibrary

/// One service: what a server implements, its methods, what a client calls.
func serviceText(_ service: ServiceDescriptor) -> SourceText {
    var text = SourceText(marked: ())
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
                let arguments = ["_ request: \(method.inputType.name)", "context: CallContext"] + stream
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
                    let kind = method.serverStreaming ? "serverStreaming" : "unary"
                    let stream = method.serverStreaming ? ", responses: $2" : ""
                    text.block("router.\(kind)(\(method.tableName))") { text in
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
                let kind = method.serverStreaming ? "ServerStreamingMethod" : "UnaryMethod"
                text.line("public static let \(method.swiftName) =")
                text.line("    \(kind)<\(method.inputType.name), \(method.outputType.name)>(")
                let options = method.hasNaturalEnd ? ", hasNaturalEnd: true" : ""
                text.line("        \"\(service.fullName)/\(method.name)\"\(options))")
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
        line("    _ request: \(method.inputType.name), options: CallOptions = CallOptions()")
        let result =
            method.serverStreaming ? "-> ResponseSequence<\(response)>" : "async throws(RPCError) -> \(response)"
        let call = method.serverStreaming ? "channel.serverStreaming" : "try await channel.unary"
        block(") \(result)") { $0.line("\(call)(\(method.tableName), request, options: options)") }
    }
}

extension MethodDescriptor {
    fileprivate var swiftName: String { SwiftName.method(name) }
    fileprivate var tableName: String { "\(service.name)Methods.\(swiftName)" }
    fileprivate var responsesParameter: String { "responses: ResponseStream<\(outputType.name)>" }
}
