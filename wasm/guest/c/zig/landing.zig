//! A plugin in Zig, by the library for C: finds what the operator's table says that a question means.
const naru = @cImport(@cInclude("naru.h"));

fn query(request: [*c]const naru.naru_query_request, response: [*c]naru.naru_query_response) callconv(.c) void {
    var other: naru.naru_text = undefined;
    switch (naru.naru_lookup(request.*.question, &other)) {
        0 => naru.naru_variant(response, other),
        naru.NARU_NONE => {},
        else => |code| naru.naru_fail_at("lookup", code),
    }
}

const plugin: naru.struct_naru_plugin = .{ .query = query };

comptime {
    // For naru.c alone: among the exports of the module, names that begin with naru_ are the interface's.
    @export(&plugin, .{ .name = "naru_plugin", .visibility = .hidden });
}
