using System.Reflection;

namespace SealerRecover.Hosting;

/// <summary>The version of this build.</summary>
internal static class ProgramVersion
{
    /// <summary>"0.1.0", with "+commit" where the build knew it.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
