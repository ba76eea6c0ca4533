using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>A file for the operator, which appears under its name whole, checked and flushed, or not at all, and never in the place of another.</summary>
internal static class NewRawFile
{
    /// <summary>Refuses a name that is taken, or in a folder that is not there, before anything expensive starts.</summary>
    public static void Refuse(string path)
    {
        if (Path.Exists(path))
        {
            throw new OperatorException(
                FailureKind.TargetExists, $"{path} exists already and is not overwritten", $"Move it away, or choose another place for {Setting.Output}.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            throw new OperatorException(
                FailureKind.BadInput, $"the folder of {path} does not exist", $"Make it, or choose another place for {Setting.Output}.");
        }
    }

    /// <summary>Writes the file under a name of its own beside it, looks at it, and gives it its name.</summary>
    /// <param name="files">Changes files.</param>
    /// <param name="path">Where.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="check">Reads what was written from its start, and throws if it is not right.</param>
    /// <exception cref="OperatorException">TargetExists, or Storage with the file's name (<see cref="OutputFailedException"/>).</exception>
    public static void Write(IFileSystem files, string path, Action<Stream> write, Action<Stream> check)
    {
        Refuse(path);
        try
        {
            NewFile.Write(files, path, temporary =>
            {
                using FileStream content = new(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
                write(content);
                content.Position = 0;
                check(content);
            });
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            throw new OutputFailedException(StorageFailure.From(failure, $"writing {path}"));
        }
    }
}

/// <summary>What was to be written could not be, whatever it came out of; what it comes out of fails otherwise.</summary>
/// <param name="why">The failure.</param>
internal sealed class OutputFailedException(OperatorException why) : OperatorException(why.Kind, why.Message, why.Hint, why.InnerException);
