using System.Globalization;
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
        string[] lines = Lines(cpuInfo);
        IEnumerable<string> parts = Fields
            .Select(field => (Field: field, Value: Value(lines, field)))
            .Where(part => part.Value is not null)
            .Select(part => part.Field == Fields[0] ? part.Value! : $"{part.Field} {part.Value}");
        string name = string.Join(", ", parts);
        return name.Length > 0 ? name : RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>Vendor, family and model; what the system does not tell is null.</summary>
    /// <param name="cpuInfo">As for <see cref="Name"/>.</param>
    public static ProcessorIdentity Identity(string cpuInfo = "/proc/cpuinfo")
    {
        string[] lines = Lines(cpuInfo);
        return new ProcessorIdentity(Value(lines, "vendor_id"), Number("cpu family"), Number("model"));

        int? Number(string field) =>
            int.TryParse(Value(lines, field), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
    }

    private static string[] Lines(string cpuInfo)
    {
        try
        {
            return File.ReadAllLines(cpuInfo);
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return []; // Not mounted: then the system does not tell.
        }
    }

    private static string? Value(string[] lines, string field) => lines
        .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
        .FirstOrDefault(words => words is [var name, { Length: > 0 }] && name == field)?[1];
}

/// <summary>Which processor it is.</summary>
/// <param name="Vendor">"AuthenticAMD", "GenuineIntel".</param>
/// <param name="Family">Family, decimal; 26 is Zen 5.</param>
/// <param name="Model">Model, decimal.</param>
internal readonly record struct ProcessorIdentity(string? Vendor, int? Family, int? Model);
