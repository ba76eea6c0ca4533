using System.Globalization;
using Filecoin.Sealing.Jobs;

namespace Filecoin.Benchmarks;

/// <summary>Pairs of --name value.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = [];

    /// <summary>Reads them; throws at a name that is not one of <paramref name="known"/>.</summary>
    public Options(ReadOnlySpan<string> arguments, params ReadOnlySpan<string> known)
    {
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][2..] : "";
            if (!known.Contains(name) || i + 1 == arguments.Length)
            {
                throw new ArgumentException($"{arguments[i]} is not an option here, or its value is missing");
            }

            _values[name] = arguments[i + 1];
        }
    }

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public long Number(string name, long otherwise) =>
        _values.TryGetValue(name, out string? value) ? long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>"any", or the numbers of the CPUs that label together: the hashing thread's, then one for each look-ahead thread.</summary>
    public LabelCores? Cores(string name)
    {
        if (Text(name) is not { } cpus)
        {
            return null;
        }

        if (cpus == "any")
        {
            return LabelCores.Anywhere;
        }

        int[] numbers = [.. cpus.Split(',').Select(cpu => int.Parse(cpu, NumberStyles.None, CultureInfo.InvariantCulture))];
        return new LabelCores(numbers[0], [.. numbers[1..]]);
    }
}
