using System.Text.Json.Nodes;
using SealerRecover.Commands;
using SealerRecover.Hosting;
using Xunit;

namespace SealerRecover.Tests.Commands;

/// <summary>Runs command lines in this process, with surroundings of their own.</summary>
internal static class InProcess
{
    /// <summary>Runs a command line to its end.</summary>
    public static Task<Ran> RunAsync(params string[] arguments) => RunAsync(() => Stream.Null, arguments);

    /// <summary>Runs a command line as on a terminal.</summary>
    public static Task<Ran> OnTerminalAsync(params string[] arguments) => RunAsync(() => Stream.Null, arguments, isTerminal: true);

    /// <summary>Runs a command line that may read <paramref name="input"/>.</summary>
    public static Task<Ran> RunAsync(Func<Stream> input, params string[] arguments) => RunAsync(input, arguments, isTerminal: false);

    /// <summary>Runs a command line in an environment and with a configuration file of the machine.</summary>
    public static Task<Ran> RunAsync(IReadOnlyDictionary<string, string> environment, string systemConfiguration, params string[] arguments) =>
        RunAsync(() => Stream.Null, arguments, isTerminal: false, environment, systemConfiguration);

    private static async Task<Ran> RunAsync(
        Func<Stream> input, string[] arguments, bool isTerminal, IReadOnlyDictionary<string, string>? environment = null, string systemConfiguration = "/nowhere/config.toml")
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        ConsoleHost host = new()
        {
            Environment = environment ?? new Dictionary<string, string> { ["HOME"] = "/home/sp" },
            SystemConfiguration = systemConfiguration,
            Output = output,
            Error = error,
            OpenInput = input,
            OutputIsTerminal = isTerminal,
            WorkingFolder = "/",
            Cores = 2,
        };
        int code = await new CommandLine().RunAsync(arguments, host, TestContext.Current.CancellationToken);
        return new Ran(code, output.ToString(), error.ToString());
    }
}

/// <summary>How a command line ended.</summary>
internal sealed record Ran(int Code, string Output, string Error)
{
    /// <summary>Standard output as JSON objects.</summary>
    public JsonObject[] Lines => [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
}
