// echo_server TOKEN_FILE: serves bench.Echo with gRPC's callback interface until it is ended. Prints its port.
#include "echo.grpc.pb.h"

#include <fstream>
#include <grpcpp/grpcpp.h>
#include <iostream>

using grpc::CallbackServerContext;
using holdpoint::v1::Volume;

namespace {

constexpr int kItemCount = 1000;

class Stream : public grpc::ServerWriteReactor<Volume> {
  public:
    explicit Stream(const Volume &volume) : volume_(volume) { StartWrite(&volume_); }

    void OnWriteDone(bool ok) override {
        written_ += 1;
        if (ok && written_ < kItemCount) StartWrite(&volume_);
        else Finish(grpc::Status::OK);
    }

    void OnDone() override { delete this; }

  private:
    const Volume volume_;
    int written_ = 0;
};

class EchoService final : public bench::Echo::CallbackService {
  public:
    explicit EchoService(const std::string &token) : authorization_("Bearer " + token) {}

    grpc::ServerUnaryReactor *Unary(CallbackServerContext *context, const Volume *request, Volume *answer) override {
        auto *reactor = context->DefaultReactor();
        if (is_allowed(context)) {
            *answer = *request;
            reactor->Finish(grpc::Status::OK);
        } else {
            reactor->Finish({grpc::StatusCode::UNAUTHENTICATED, "no credential"});
        }
        return reactor;
    }

    grpc::ServerWriteReactor<Volume> *Stream(CallbackServerContext *, const Volume *request) override {
        return new ::Stream(*request);
    }

  private:
    bool is_allowed(CallbackServerContext *context) const {
        const auto &metadata = context->client_metadata();
        const auto found = metadata.find("authorization");
        return found != metadata.end() && found->second == authorization_;
    }

    const std::string authorization_;
};

}  // namespace

int main(int, char **arguments) {
    std::string token;
    std::ifstream(arguments[1]) >> token;
    EchoService service(token);
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service);
    const auto server = builder.BuildAndStart();
    if (!server) return 1;
    std::cout << port << std::endl;
    server->Wait();
}
