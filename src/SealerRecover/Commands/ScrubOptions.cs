using System.CommandLine;
using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Scrub;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>How fast, when, and where what is remembered stands: the options of scrub alone.</summary>
internal sealed class ScrubOptions
{
    private const string LedgerName = "scrub.db";
    private const int DefaultDays = 30;

    private readonly Option<string?> _rate = new("--rate")
    {
        Description = "Read no more than so much a second, as 200MiB, over all reading together. Default: as fast as disk and cores allow.",
        HelpName = "bytes",
    };

    private readonly Option<string?> _hours = new("--hours")
    {
        Description = "Read only between these hours of the local clock, as 1-6 or 22-4. The command does not wait for them: it ends when they end, and outside of them at once, both with success.",
        HelpName = "from-to",
    };

    private readonly Option<string?> _again = new("--again-after")
    {
        Description = $"Look at a sector again when so long has passed, as 30d or 12h, or when its files were changed. Default: {DefaultDays}d.",
        HelpName = "time",
    };

    private readonly Option<string?> _state = new("--state")
    {
        Description = "Folder in which is remembered what was seen of each sector. Default: /var/lib/sealer-recover for root, otherwise $XDG_STATE_HOME/sealer-recover, which is ~/.local/state/sealer-recover unless set.",
        HelpName = "folder",
    };

    private readonly Option<string?> _metadata = new("--sectors-recovery-metadata", "--metadata")
    {
        Description = "The metadata file that is kept up to date beside, with comm_c and comm_r_last, as `sealer-recover export --storage` writes it. Default: sectors-recovery-f0….json in the folder of --state.",
        HelpName = "file",
    };

    /// <summary>The options that stand beside others of their group.</summary>
    public IEnumerable<Option> All => [_state, _metadata, _rate, _hours, _again];

    /// <summary>Bytes a second; null for no limit.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public long? Rate(CommandContext context) => context.Parsed.GetValue(_rate) is not { } text ? null
        : CommonOptions.Bytes(text, _rate) is > 0 and var bytes ? bytes
        : throw new OperatorException(FailureKind.BadInput, $"{_rate.Name} is 0, so nothing would be read", "leave it out for no limit");

    /// <summary>When to end; null where no hours were named. The second is false outside of them.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public (DateTimeOffset? End, bool IsInside, string Hours) Window(CommandContext context)
    {
        if (context.Parsed.GetValue(_hours) is not { } text)
        {
            return (null, true, "");
        }

        if (!ScrubHours.TryParse(text, out ScrubHours hours))
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{_hours.Name} is \"{SafeText.Short(text)}\", not two hours of the day", "write it as 1-6, or as 22-4 over midnight; leave it out for all day");
        }

        TimeProvider time = context.Host.Time;
        DateTimeOffset? end = hours.EndAfter(time.GetUtcNow(), time.LocalTimeZone);
        return (end, end is not null, hours.ToString());
    }

    /// <summary>After which time a sector is looked at again.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public TimeSpan AgainAfter(CommandContext context)
    {
        if (context.Parsed.GetValue(_again) is not { } text)
        {
            return TimeSpan.FromDays(DefaultDays);
        }

        string number = text.TrimEnd('d', 'h');
        return text.Length == number.Length + 1 && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count < 100_000
            ? text[^1] == 'd' ? TimeSpan.FromDays(count) : TimeSpan.FromHours(count)
            : throw new OperatorException(FailureKind.BadInput, $"{_again.Name} is \"{SafeText.Short(text)}\", not a time", "write days as 30d, or hours as 12h");
    }

    /// <summary>The file of what is remembered, absolute.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public string LedgerPath(CommandContext context) => Path.Combine(Folder(context), LedgerName);

    /// <summary>The metadata file, absolute.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public string MetadataPath(CommandContext context, ActorId miner) => context.Parsed.GetValue(_metadata) is { } given
        ? context.Folders.Absolute(given, _metadata.Name)
        : Path.Combine(Folder(context), $"sectors-recovery-{miner}.json");

    private string Folder(CommandContext context) => context.Parsed.GetValue(_state) is { } given
        ? context.Folders.Absolute(given, _state.Name)
        : StateFolder.Of(context.Host.Environment, context.Host.IsRoot, context.Folders);
}
