"""Calls to one `holdpointd` that may be killed under them: every change is repeated under its request id until its
outcome is known."""

import client

WAIT_MILLISECONDS = 60_000


class Session:
    def __init__(self, daemon):
        self.daemon = daemon
        self.connection = None

    def connect(self):
        """Connects to the daemon as it runs now."""
        self.close()
        with open(self.daemon.token_file, encoding="ascii") as file:
            self.connection = client.Connection(self.daemon.socket, token=file.read().strip())

    def close(self):
        if self.connection:
            self.connection.socket.close()
            self.connection = None

    @property
    def consent(self):
        with open(self.daemon.password_file, encoding="utf-8") as file:
            return client.message("v1.Consent", acknowledged=True, password=file.read().strip())

    def call(self, name, /, **fields):
        return self.connection.call(name, timeout_ms=WAIT_MILLISECONDS, **fields)

    def change(self, name, /, **fields):
        """Makes a change and waits for its operation. Returns the answer and the operation as it ended; None: none."""
        fields.setdefault("request_id", client.new_request_id())
        answer = self.call(name, **fields)
        return answer, self.ended_operation(answer)

    def ended_operation(self, answer):
        if "operation" not in answer.DESCRIPTOR.fields_by_name or not answer.HasField("operation"):
            return None
        return self.wait(answer.operation.id)

    def wait(self, operation_id):
        operation = self.call("OperationService/WaitOperation", operation=operation_id)
        if operation.state in (operation.PENDING, operation.RUNNING):
            raise TimeoutError(f"operation {operation.kind} {operation.id} has not ended")
        return operation

    def all(self, name, field):
        """Everything that a list has, page by page."""
        found, token = [], ""
        while True:
            page = self.call(name, page_size=1000, page_token=token)
            found += getattr(page, field)
            token = page.next_page_token
            if not token:
                return found

