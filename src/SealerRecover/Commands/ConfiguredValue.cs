using System.CommandLine;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>What an option is set to elsewhere than on the command line.</summary>
/// <param name="Option">The option, as one of the commands that have it has it.</param>
/// <param name="Values">As they would be typed behind its name; one, unless it may be repeated.</param>
/// <param name="From">Which layer says so.</param>
/// <param name="Where">The variable's name, or the file with its line.</param>
internal sealed record ConfiguredValue(Option Option, IReadOnlyList<string> Values, ConfigLayer From, string Where)
{
    /// <summary>Whether it counts as typed; else commands read the variable themselves.</summary>
    public bool IsTyped { get; init; } = true;
}
