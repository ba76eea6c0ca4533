using System.CommandLine;
using Filecoin.Primitives;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Site;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Site;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Serves a page that shows a fleet, or the runs of this machine.
/// <code>sealer-recover serve --sealing-temp=/temp</code>
/// </summary>
internal sealed class ServeCommand : ICommand
{
    private readonly Option<string?> _database = FleetCommand.DatabaseOption();
    private readonly Option<int?> _silence = FleetWork.SilenceOption();
    private readonly HttpOptions _http = new($"Where the page is served: an address with a port. Default: {HttpOptions.Default}.", HttpOptions.Default);
    private readonly Option<string?> _temp = new(RecoveryOptions.TempName)
    {
        Description = "Where no fleet is named: the folder of temporary files of this machine's runs, which are shown.",
        HelpName = "folder",
    };

    /// <summary>Makes the command.</summary>
    public ServeCommand()
    {
        Syntax = new Command("serve", "Serve a page that shows a fleet, or the runs of this machine, in a browser.") { _database, _temp, _silence };
        _http.AddTo(Syntax);
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "serve";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public bool IsReadyAtOnce => false;

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        HttpSettings http = _http.Read(context)!;
        if (context.Parsed.GetValue(_database) is { } where)
        {
            using FleetDatabase database = FleetDatabase.At(where, _database.Name);
            FleetSite fleet = new(database, TimeSpan.FromSeconds(context.Parsed.GetValue(_silence) ?? FleetWork.DefaultSilence), ProgramVersion.Text) { Words = ConcernWords.Instance };
            return await Serving.WhileAsync(context, http, $"the fleet of {database}", fleet, Name, () => StoppedAsync(context));
        }

        string given = context.Parsed.GetValue(_temp) ?? throw new OperatorException(
            FailureKind.BadInput, "it is not said what to show", $"name a fleet's database with {_database.Name}, or the folder of temporary files of this machine's runs with {_temp.Name}");
        string folder = context.Folders.Absolute(given, _temp.Name);
        RunSite site = new(folder, Environment.MachineName, context.Host.Time, ProgramVersion.Text) { Words = ConcernWords.Instance };
        return await Serving.WhileAsync(context, http, $"the runs of {folder}", site, Name, () => StoppedAsync(context));
    }

    private async Task<Report> StoppedAsync(CommandContext context)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, context.Host.Time, context.Cancellation).ContinueWith(_ => { }, TaskScheduler.Default);
        return new Report { Command = Name, Stopped = true };
    }
}
