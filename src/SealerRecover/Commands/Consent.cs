using System.Text;
using Filecoin.Primitives;
using SealerRecover.Hosting;

namespace SealerRecover.Commands;

/// <summary>The one question before anything is changed.</summary>
internal sealed class Consent
{
    private readonly ConsoleHost _host;
    private readonly bool _isGiven;

    private Consent(ConsoleHost host, bool isGiven) => (_host, _isGiven) = (host, isGiven);

    /// <summary>Whether it is given, or somebody is there to be asked.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="isGiven">Whether it is.</param>
    /// <param name="option">The option by which it is.</param>
    /// <exception cref="OperatorException">BadInput: neither; before anything has taken time.</exception>
    public static Consent Of(CommandContext context, bool isGiven, string option) =>
        isGiven || (context.Host.InputIsTerminal && context.Host.OutputIsTerminal && !context.Parsed.GetValue<bool>("--json"))
            ? new Consent(context.Host, isGiven)
            : throw new OperatorException(
                FailureKind.BadInput,
                "it would ask before it changes anything, and there is no terminal to ask at",
                $"give {option} to have it done, or --dry-run to see what would be done");

    /// <summary>Asks.</summary>
    /// <param name="what">What would be done: half a sentence.</param>
    public bool Ask(string what)
    {
        if (_isGiven)
        {
            return true;
        }

        _host.Output.Write($"{char.ToUpperInvariant(what[0])}{what[1..]}? [y/N] ");
        using StreamReader input = new(_host.OpenInput(), Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        return input.ReadLine()?.Trim() is "y" or "Y" or "yes" or "Yes" or "YES";
    }
}
