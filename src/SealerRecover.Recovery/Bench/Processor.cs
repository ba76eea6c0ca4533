using System.Runtime.InteropServices;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Bench;

/// <summary>What the system calls the processor.</summary>
internal static class Processor
{
    private static readonly string[] Fields = ["model name", "cpu family", "model"];

    /// <summary>"AMD EPYC 9654 96-Core Processor, cpu family 25, model 17", or the architecture where the system says no more.</summary>
    /// <param name="cpuInfo">/proc/cpuinfo, or a file that pretends to be it in tests.</param>
    public static string Name(string cpuInfo = "/proc/cpuinfo")
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(cpuInfo);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            lines = []; // Not mounted: then the system does not tell.
        }

        IEnumerable<string> parts = Fields
            .Select(field => (Field: field, Value: Value(lines, field)))
            .Where(part => part.Value is not null)
            .Select(part => part.Field == Fields[0] ? part.Value! : $"{part.Field} {part.Value}");
        string name = string.Join(", ", parts);
        return name.Length > 0 ? name : RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static string? Value(string[] lines, string field) => lines
        .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
        .FirstOrDefault(words => words is [var name, { Length: > 0 }] && name == field)?[1];
}
