using System.CommandLine;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Site;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>What a run says of itself in its folder of temporary files, which <c>serve</c> shows. Commands that make sectors there do so.</summary>
internal static class RunSiteOutput
{
    private static readonly string[] Makers = ["recover", "repair", "heal", "unseal"];

    /// <summary>The view beside which it is written; the same view for other commands, and where nothing is to be made.</summary>
    public static IView Beside(IView view, ParseResult parsed, ICommand command, ConsoleHost host)
    {
        if (!Makers.Contains(command.Name) || Given<bool>(parsed, command, "--dry-run") || Folder(parsed, command, host) is not { } folder)
        {
            return view;
        }

        string name = Environment.MachineName;
        RunSiteBook book = new(
            command.Name, $"{name}:{folder}", ProgramVersion.Text, host.Time.GetUtcNow(), failure => RunSiteView.Told(Failure.From(failure)));
        OwnMachine machine = new(name, ProgramVersion.Text, folder) { Gpus = () => OpenClKernels.InUse };
        return new RunSiteView(view, book, new RunFile(LinuxFileSystem.Instance, folder), machine, host.Time);
    }

    private static string? Folder(ParseResult parsed, ICommand command, ConsoleHost host)
    {
        try
        {
            return new Folders(host.Home, host.WorkingFolder).Absolute(Given<string?>(parsed, command, RecoveryOptions.TempName) ?? RecoveryOptions.DefaultTemp, RecoveryOptions.TempName);
        }
        catch (OperatorException)
        {
            // The command says so itself.
            return null;
        }
    }

    private static T? Given<T>(ParseResult parsed, ICommand command, string name) =>
        command.Syntax.Options.FirstOrDefault(option => option.Name == name) is Option<T> option ? parsed.GetValue(option) : default;
}
